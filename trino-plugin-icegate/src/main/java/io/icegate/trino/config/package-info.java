/**
 * What an operator or a query can set, and the codes of what the connector answers when it cannot. {@code Guard} names the
 * places that Trino must not answer by itself; tests leave single guards out to prove that they are needed. May import
 * Trino's SPI only.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.config;
