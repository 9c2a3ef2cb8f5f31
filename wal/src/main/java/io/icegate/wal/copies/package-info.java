/**
 * Copies of segments on the disk of the machine that wrote them, so that what merges them on the same machine asks the store for none of them.
 * {@link io.icegate.wal.copies.SegmentCopies} keeps them, {@link io.icegate.wal.copies.CopyFolder} hands them out. A copy decides nothing: whoever
 * finds none, or a damaged one, reads the store. This package imports the keys and the footers of segments.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.copies;
