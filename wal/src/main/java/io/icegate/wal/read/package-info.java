/**
 * Reads what lies behind an offset vector. {@link io.icegate.wal.read.WalListing} finds the segments,
 * {@link io.icegate.wal.read.DuplicateWalk} decides which copy of a batch counts, {@link io.icegate.wal.read.LiveTailReader}
 * and {@link io.icegate.wal.read.LiveFiles} make of it what a scan needs. Footers are remembered in
 * {@link io.icegate.wal.read.FooterCache}. Readers and committers share this package; it imports table, registry and nouns.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.read;
