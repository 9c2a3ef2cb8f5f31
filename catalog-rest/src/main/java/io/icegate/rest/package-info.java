/**
 * The Iceberg REST catalog as a program. {@link io.icegate.rest.CatalogServerMain} runs one in a process of its own,
 * {@link io.icegate.rest.CatalogServer} embeds one. {@code CatalogServerModule} wires the parts, and the configs and metrics are
 * here. It may import {@code io.icegate.rest.protocol}, which does not import this package.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.rest;
