/**
 * Removes what the WAL no longer needs: writers that ended, what they left behind their last segment, and delete files of
 * live reads. {@link io.icegate.wal.collect.WalCollector} decides by vectors and registry what may go, and by the store's
 * clock when. Committed segments belong to Iceberg and acknowledged ones to nobody, so it never deletes either. This package
 * imports the registry, the layout and the vectors of the WAL.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.collect;
