/**
 * Remembers the ids of committed batches in objects of their own, so that expiration of snapshots takes no evidence away and
 * no reader looks back into committed files. A {@link io.icegate.wal.batches.BatchIndex} holds the ids of a few commits, the
 * {@link io.icegate.wal.batches.BatchWindow} in the table's property names the indexes that count, and
 * {@link io.icegate.wal.batches.BatchIndexes} reads and writes them. This package imports the nouns of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.batches;
