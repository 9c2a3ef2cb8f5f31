/**
 * Reads rows that are durable but not yet committed. {@link io.icegate.trino.live.WalReads} pins the live segments behind a
 * table's metadata, {@link io.icegate.trino.live.WalPin} keeps them for a transaction, and
 * {@link io.icegate.trino.live.UnionScan} plans them together with the files of a snapshot. May import {@code config} and
 * the WAL, never our catalog.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.live;
