package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.metrics.v1.Metric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * Takes metrics apart on the wire: their data points one by one, so that a bad one costs no neighbour, and the rest of them.
 * One object reads one metric after the other.
 */
final class MetricMessage
{
    /**
     * The same in the data of every kind.
     */
    private static final int POINTS = 1;

    private byte[] bytes = {};
    private int[] offsets = new int[16];
    private int[] lengths = new int[16];
    private int points;
    private int dataField;
    private final ByteString.Output rest = ByteString.newOutput();
    private final ByteString.Output dataRest = ByteString.newOutput();

    /**
     * @throws InvalidProtocolBufferException when the metric is broken; the points before are counted then
     */
    void read(byte[] message, int offset, int length)
            throws InvalidProtocolBufferException
    {
        bytes = requireNonNull(message, "message is null");
        points = 0;
        dataField = 0;
        rest.reset();
        dataRest.reset();
        try {
            walk(CodedInputStream.newInstance(bytes, offset, length), offset, 0);
        }
        catch (InvalidProtocolBufferException e) {
            throw e;
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Data points of a metric, as far as they can be counted; 1 when there are none, because something was sent.
     */
    int count(byte[] message, int offset, int length)
    {
        try {
            read(message, offset, length);
        }
        catch (InvalidProtocolBufferException e) {
            // counts what is before
        }
        return Math.max(1, points);
    }

    /**
     * @param data field of the metric that the message is in; 0 for the metric itself
     */
    private void walk(CodedInputStream in, int offset, int data)
            throws IOException
    {
        int start = offset;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED ? WireFormat.getTagFieldNumber(tag) : 0;
            if (data == 0 ? isData(field) : field == POINTS) {
                int length = in.readRawVarint32();
                int at = offset + in.getTotalBytesRead();
                in.skipRawBytes(length);
                if (data == 0) {
                    select(field);
                    walk(CodedInputStream.newInstance(bytes, at, length), at, field);
                }
                else {
                    addPoint(at, length);
                }
            }
            else {
                if (!in.skipField(tag)) {
                    throw new InvalidProtocolBufferException("a group ends that did not begin");
                }
                (data == 0 ? rest : dataRest).write(bytes, start, offset + in.getTotalBytesRead() - start);
            }
            start = offset + in.getTotalBytesRead();
        }
    }

    private static boolean isData(int field)
    {
        return switch (field) {
            case Metric.GAUGE_FIELD_NUMBER, Metric.SUM_FIELD_NUMBER, Metric.HISTOGRAM_FIELD_NUMBER, Metric.EXPONENTIAL_HISTOGRAM_FIELD_NUMBER, Metric.SUMMARY_FIELD_NUMBER -> true;
            default -> false;
        };
    }

    /**
     * Of several kinds of data the last one counts, and data of one kind is merged, as in all of protobuf.
     */
    private void select(int field)
    {
        if (field != dataField) {
            points = 0;
            dataRest.reset();
        }
        dataField = field;
    }

    private void addPoint(int offset, int length)
    {
        if (points == offsets.length) {
            offsets = Arrays.copyOf(offsets, points * 2);
            lengths = Arrays.copyOf(lengths, points * 2);
        }
        offsets[points] = offset;
        lengths[points] = length;
        points++;
    }

    int points()
    {
        return points;
    }

    int offset(int point)
    {
        return offsets[point];
    }

    int length(int point)
    {
        return lengths[point];
    }

    /**
     * The metric without its data points.
     */
    byte[] rest()
    {
        if (dataField != 0) {
            CodedOutputStream out = CodedOutputStream.newInstance(rest);
            try {
                out.writeBytes(dataField, dataRest.toByteString());
                out.flush();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return rest.toByteString().toByteArray();
    }
}
