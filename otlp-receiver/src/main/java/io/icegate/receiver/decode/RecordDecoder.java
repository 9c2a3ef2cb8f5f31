package io.icegate.receiver.decode;

import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.RowBatch;

/**
 * Turns the records of one request to rows. The only part of decoding that differs between signals.
 */
public interface RecordDecoder
{
    /**
     * Makes the decoder of one request.
     */
    @FunctionalInterface
    interface Factory
    {
        RecordDecoder create();
    }

    /**
     * Adds the rows of one record straight from its bytes, if it has a form for which that is possible. What it becomes is the
     * same as {@link #add} makes of it.
     *
     * @return false when nothing was added
     * @throws BadRecordException when the record cannot be stored
     */
    default boolean addUsual(RecordContext record)
            throws BadRecordException
    {
        return false;
    }

    /**
     * Adds the rows of one record, or none when it throws.
     *
     * @throws BadRecordException when the record cannot be stored
     * @throws InvalidProtocolBufferException when it is no message of this signal
     */
    void add(RecordContext record)
            throws BadRecordException, InvalidProtocolBufferException;

    /**
     * The rows added so far.
     *
     * @param bytes size of the request after decompression
     */
    RowBatch batch(BatchId id, String tenant, long bytes);
}
