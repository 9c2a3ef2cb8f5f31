/**
 * Removes what the WAL no longer needs: writers that ended, what they left behind their last segment, delete files of
 * live reads, and batch indexes that no table names. {@link io.icegate.wal.collect.WalCollector} decides by vectors and registry what may go, and by the store's
 * clock when. Segments belong to snapshots, so it never deletes one that was acknowledged;
 * {@link io.icegate.wal.collect.SettledSegments} says which of them are nobody's when no snapshot names them, to who can ask all
 * snapshots. This package imports the registry, the layout, the vectors and the batch windows of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.collect;
