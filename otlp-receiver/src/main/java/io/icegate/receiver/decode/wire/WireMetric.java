package io.icegate.receiver.decode.wire;

import io.icegate.schema.MetricValues.Type;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * Finds the parts of a metric that has the usual form: each field at most once and of its type, data of one kind, and data
 * points. Reads neither texts nor data points. One object reads one metric after the other. Not safe for use by several
 * threads.
 */
public final class WireMetric
{
    // field number << 3 | wire type, of opentelemetry/proto/metrics/v1/metrics.proto
    static final int NAME = 1;
    static final int DESCRIPTION = 2;
    static final int UNIT = 3;
    private static final int NAME_TAG = NAME << 3 | 2;
    private static final int DESCRIPTION_TAG = DESCRIPTION << 3 | 2;
    private static final int UNIT_TAG = UNIT << 3 | 2;
    private static final int GAUGE = 5 << 3 | 2;
    private static final int SUM = 7 << 3 | 2;
    private static final int HISTOGRAM = 9 << 3 | 2;
    private static final int EXPONENTIAL_HISTOGRAM = 10 << 3 | 2;
    private static final int SUMMARY = 11 << 3 | 2;
    private static final int METADATA = 12 << 3 | 2;

    private static final int POINTS = 1 << 3 | 2;
    private static final int TEMPORALITY = 2 << 3;
    private static final int MONOTONIC = 3 << 3;

    private final WireReader in;
    private final Slices points = new Slices();
    private final Slices metadata = new Slices();
    private final int[] textOffsets = new int[UNIT + 1];
    private final int[] textLengths = new int[UNIT + 1];
    private @Nullable Type type;
    private int temporality;
    private boolean monotonic;
    private long pointBytes;

    /**
     * Parts of the request.
     */
    private static final class Slices
    {
        private int[] offsets = new int[16];
        private int[] lengths = new int[16];
        private int count;

        void add(int offset, int length)
        {
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count * 2);
                lengths = Arrays.copyOf(lengths, count * 2);
            }
            offsets[count] = offset;
            lengths[count] = length;
            count++;
        }
    }

    /**
     * @param request not changed from here on
     */
    public WireMetric(byte[] request)
    {
        in = new WireReader(request);
    }

    /**
     * Reads a metric. False when it has not the usual form.
     */
    public boolean read(int offset, int length)
    {
        in.start(offset, length);
        points.count = 0;
        metadata.count = 0;
        Arrays.fill(textLengths, 0);
        type = null;
        temporality = 0;
        monotonic = false;
        pointBytes = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            if (field > METADATA >>> 3 || (tag != METADATA && (seen & 1 << field) != 0) || !field(tag)) {
                return false;
            }
            seen |= 1 << field;
        }
        return !in.failed() && points.count > 0;
    }

    private boolean field(int tag)
    {
        switch (tag) {
            case NAME_TAG, DESCRIPTION_TAG, UNIT_TAG -> {
                int length = in.length();
                textOffsets[tag >>> 3] = in.position();
                textLengths[tag >>> 3] = length;
                in.skip(length);
            }
            case METADATA -> {
                int start = in.position();
                in.skip(in.length());
                metadata.add(start, in.position() - start);
            }
            case GAUGE -> {
                return data(Type.GAUGE);
            }
            case SUM -> {
                return data(Type.SUM);
            }
            case HISTOGRAM -> {
                return data(Type.HISTOGRAM);
            }
            case EXPONENTIAL_HISTOGRAM -> {
                return data(Type.EXPONENTIAL_HISTOGRAM);
            }
            case SUMMARY -> {
                return data(Type.SUMMARY);
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }

    private boolean data(Type found)
    {
        if (type != null) {
            return false;
        }
        type = found;
        int outer = in.enter(in.length());
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            if (tag == POINTS) {
                int length = in.length();
                points.add(in.position(), length);
                pointBytes += length;
                in.skip(length);
            }
            else if ((seen & 1 << (tag >>> 3)) != 0) {
                return false;
            }
            else if (tag == TEMPORALITY && found.hasTemporality()) {
                temporality = (int) in.varint();
                seen |= 1 << (tag >>> 3);
            }
            else if (tag == MONOTONIC && found == Type.SUM) {
                monotonic = in.varint() != 0;
                seen |= 1 << (tag >>> 3);
            }
            else {
                return false;
            }
        }
        in.leave(outer);
        return !in.failed();
    }

    /**
     * How many data points were found; at least one.
     */
    public int points()
    {
        return points.count;
    }

    public int pointOffset(int point)
    {
        return points.offsets[point];
    }

    public int pointLength(int point)
    {
        return points.lengths[point];
    }

    public Type type()
    {
        return requireNonNull(type, "type is null");
    }

    int temporality()
    {
        return temporality;
    }

    boolean isMonotonic()
    {
        return monotonic;
    }

    int textOffset(int field)
    {
        return textOffsets[field];
    }

    int textLength(int field)
    {
        return textLengths[field];
    }

    int metadata()
    {
        return metadata.count;
    }

    /**
     * Where the length of an entry of the metadata begins.
     */
    int metadataOffset(int entry)
    {
        return metadata.offsets[entry];
    }

    /**
     * Bytes of the entry and its length.
     */
    int metadataLength(int entry)
    {
        return metadata.lengths[entry];
    }

    /**
     * Bytes of all data points.
     */
    long pointBytes()
    {
        return pointBytes;
    }
}
