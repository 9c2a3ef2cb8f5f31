/**
 * Trino's metadata and split manager with the live rows in them. {@code IceGateMetadata} overrides each method of Trino's
 * Iceberg metadata that would answer, or change a table, from the snapshot alone;
 * {@link io.icegate.trino.metadata.IceGateSplitManager} hands the union to Trino's own split source. May import
 * {@code catalog}, {@code live} and {@code config}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.metadata;
