package io.icegate.wal.format;

import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

/**
 * The rows of one request, ready to be written. This is all that the WAL and whoever feeds it know of a signal. Immutable.
 */
public interface RowBatch
{
    /**
     * Event times of a batch.
     *
     * @param minMicros smallest {@code timestamp}, larger than {@code maxMicros} when there are no rows
     * @param maxMicros largest {@code timestamp}
     * @param clamped rows that carry a time, but one so far off that the time of receipt stands in {@code timestamp}
     * @param anyGiven true when a row carries any time of its own
     */
    record Times(long minMicros, long maxMicros, long clamped, boolean anyGiven)
    {
        /**
         * The times of no rows.
         */
        public static final Times NONE = new Times(Long.MAX_VALUE, Long.MIN_VALUE, 0, false);

        /**
         * Adds a row.
         *
         * @param nanos the time that the row carries, since the epoch; 0 for none
         */
        public Times with(long timestampMicros, long receivedMicros, long nanos)
        {
            long replaced = isReplaced(timestampMicros, receivedMicros, nanos) ? 1 : 0;
            return new Times(Math.min(minMicros, timestampMicros), Math.max(maxMicros, timestampMicros), clamped + replaced, anyGiven || nanos != 0);
        }

        /**
         * True when a row carries a time, but the time of receipt stands in {@code timestamp}.
         *
         * @param nanos as in {@link #with}
         */
        static boolean isReplaced(long timestampMicros, long receivedMicros, long nanos)
        {
            return nanos != 0 && timestampMicros == receivedMicros && Long.divideUnsigned(nanos, 1000) != timestampMicros;
        }

        public Times and(Times other)
        {
            return new Times(Math.min(minMicros, other.minMicros), Math.max(maxMicros, other.maxMicros), clamped + other.clamped, anyGiven || other.anyGiven);
        }
    }

    BatchId id();

    /**
     * When the receiver let the request in, by its clock, since the epoch; 0 before it was {@link #admitted}.
     */
    long acceptedMillis();

    /**
     * Returns the same rows under this id, as let in at this time.
     */
    RowBatch admitted(BatchId id, long acceptedMillis);

    String tenant();

    int rowCount();

    /**
     * Size of the request after decompression.
     */
    long requestBytes();

    Times times();

    /**
     * Opens the columns of a row group for batches of this kind. Batches of one kind share them.
     *
     * @param ingestMicros {@code ingest_time} of every row
     */
    ColumnWriters openColumns(RowGroupWriter group, long ingestMicros);

    /**
     * Writes the rows {@code [from, to)}.
     *
     * @param columns as a batch of the same kind opened them
     */
    void writeTo(ColumnWriters columns, int from, int to);
}
