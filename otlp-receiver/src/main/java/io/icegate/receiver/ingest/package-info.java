/**
 * From a request to a durable segment, for any signal. {@link io.icegate.receiver.ingest.SignalIngest} recognises repetitions,
 * decodes and acknowledges; {@link io.icegate.receiver.ingest.SegmentBatcher} groups batches into segments, closed by
 * {@link io.icegate.receiver.ingest.WindowPolicy}; {@link io.icegate.receiver.ingest.Admission} bounds the memory of all of
 * it. Where segments go is a {@link io.icegate.receiver.ingest.SegmentSink}. The package knows rows only as
 * {@link io.icegate.wal.format.RowBatch} and imports {@code decode} and {@code signal}, never the servers or the commit loop.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.ingest;
