/**
 * One start of a process that writes. {@link io.icegate.wal.writer.WalWriter} registers, beats and ends;
 * {@link io.icegate.wal.writer.WalLane} numbers the segments of one table, uploads them and completes them in order.
 * The protocol is argued there. This package imports the registry and the footer cache, never a signal.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.writer;
