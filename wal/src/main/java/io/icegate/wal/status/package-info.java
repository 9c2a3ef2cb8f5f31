/**
 * Tells how the writers of a table are: {@link io.icegate.wal.status.WriterStatusReader} answers with one
 * {@link io.icegate.wal.status.WriterStatus} for each. What cannot be read becomes the row of the writer that it belongs to.
 * Imports {@code read}, {@code registry}, {@code table} and the columns of {@code answer}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.wal.status;
