/**
 * The catalog as a log of immutable records in an object store. {@link io.icegate.catalog.log.CatalogLog} is its face. Below
 * it, {@code CommitQueue} groups transactions, {@code RecordWriter} offers a record to a slot and settles the outcome,
 * {@code CatalogTail} follows the log, and checkpoints make replay short. {@code docs/format/catalog-log.md} specifies the
 * objects. This package imports the state and the port.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.catalog.log;
