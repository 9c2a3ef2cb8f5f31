package io.icegate.receiver.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.icegate.schema.MetricValues;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way from bytes to rows, with what its envelopes say.
 */
public interface RecordContext
{
    /**
     * Makes a row of one data point.
     */
    @FunctionalInterface
    interface PointReader
    {
        void read()
                throws BadRecordException, InvalidProtocolBufferException;
    }

    /**
     * The record, or the data point that is being read. Text that is not UTF-8 has been replaced in it.
     *
     * @throws BadRecordException when it holds more than is allowed
     * @throws InvalidProtocolBufferException when the bytes are no such message
     */
    <M extends MessageLite> M parse(Parser<M> parser)
            throws BadRecordException, InvalidProtocolBufferException;

    /**
     * What the data points of the record share, as {@link #parse} does.
     *
     * @param shared the record without its data points
     */
    <M extends MessageLite> M parseShared(byte[] shared, Parser<M> parser)
            throws BadRecordException, InvalidProtocolBufferException;

    /**
     * Ends what data points share, once there are values for its columns. Each row repeats it from here on.
     *
     * @param rows data points of the record
     * @throws BadRecordException when so many rows cannot repeat it
     */
    void endShared(MetricValues metric, int rows)
            throws BadRecordException;

    /**
     * Ends what data points share when columns lose nothing of it.
     *
     * @param textBytes of its texts
     * @param attributes among them
     * @param rows data points of the record
     * @throws BadRecordException when so many rows cannot repeat it
     */
    void endUsualShared(long textBytes, int attributes, int rows)
            throws BadRecordException;

    /**
     * Reads one data point of the record. When it is bad it is counted, and costs no neighbour.
     *
     * @param list path of all data points below the record
     */
    void point(Descriptor type, String list, int index, int offset, int length, PointReader reader);

    /**
     * Says that the record has no data points, so that nothing of it is stored.
     */
    void noPoints();

    /**
     * The bytes of the record, which begin at {@link #offset} of the array and are not changed.
     */
    byte[] request();

    int offset();

    int length();

    /**
     * Turns values to their stored form, and notes what that form loses.
     */
    ValueDecoder values();

    /**
     * How many rows the scope of the record becomes, at most.
     */
    int scopeRows();

    ResourceValues resource();

    ScopeValues scope();

    /**
     * The {@code timestamp} of a row: the first of these times that is set and not too far off, else the time of receipt.
     * Both in nanoseconds since the epoch, 0 when not set.
     */
    long timestamp(long timeUnixNano, long observedTimeUnixNano);

    long receivedMicros();

    /**
     * The {@code otlp_residual} of a row whose columns lose nothing of the record; null when those of its envelopes do not
     * either.
     */
    byte @Nullable [] residual();

    /**
     * The {@code otlp_residual} of the row that was made of this record; null when the columns lose nothing.
     */
    byte @Nullable [] residual(MessageLite record);
}
