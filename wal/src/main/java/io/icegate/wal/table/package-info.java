/**
 * What IceGate makes of an Iceberg table. {@link io.icegate.wal.table.TableBootstrap} creates a table from its shape or adds
 * what is missing, {@link io.icegate.wal.table.TableProfile} gives its properties, {@link io.icegate.wal.table.TableOffsets}
 * reads the offset vectors and {@link io.icegate.wal.table.TableSpecs} finds the spec of segments. This package imports the
 * shapes and the nouns of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.table;
