/**
 * The demo: what happens to 20,000 log records, told while it happens.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.demo;
