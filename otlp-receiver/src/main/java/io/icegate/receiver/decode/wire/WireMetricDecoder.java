package io.icegate.receiver.decode.wire;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.MetricValues.Type;
import io.icegate.schema.TraceContext;
import io.icegate.wal.format.MetricBlock;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * Adds the data points of one request to a block when they have the usual form: each field at most once and of its type,
 * lists of numbers packed, scalar values, distinct keys, valid UTF-8, nothing beyond a limit; in exemplars and quantiles too.
 * A metric is read first, and then its data points, each of which may have another form. Not safe for use by several threads.
 */
public final class WireMetricDecoder
{
    // field number << 3 | wire type, of opentelemetry/proto/metrics/v1/metrics.proto; these are the same for points of all types
    private static final int START_TIME = 2 << 3 | 1;
    private static final int TIME = 3 << 3 | 1;
    // the same for all histograms and summaries
    private static final int COUNT = 4 << 3 | 1;
    private static final int SUM = 5 << 3 | 1;

    private static final int NUMBER_REAL = 4 << 3 | 1;
    private static final int NUMBER_INTEGER = 6 << 3 | 1;
    private static final int NUMBER_EXEMPLARS = 5 << 3 | 2;
    private static final int NUMBER_ATTRIBUTES = 7 << 3 | 2;
    private static final int NUMBER_FLAGS = 8 << 3;

    private static final int HISTOGRAM_BUCKET_COUNTS = 6 << 3 | 2;
    private static final int HISTOGRAM_BOUNDS = 7 << 3 | 2;
    private static final int HISTOGRAM_EXEMPLARS = 8 << 3 | 2;
    private static final int HISTOGRAM_ATTRIBUTES = 9 << 3 | 2;
    private static final int HISTOGRAM_FLAGS = 10 << 3;
    private static final int HISTOGRAM_SMALLEST = 11 << 3 | 1;
    private static final int HISTOGRAM_LARGEST = 12 << 3 | 1;

    private static final int EXPONENTIAL_ATTRIBUTES = 1 << 3 | 2;
    private static final int EXPONENTIAL_SCALE = 6 << 3;
    private static final int EXPONENTIAL_ZERO_COUNT = 7 << 3 | 1;
    private static final int EXPONENTIAL_POSITIVE = 8 << 3 | 2;
    private static final int EXPONENTIAL_NEGATIVE = 9 << 3 | 2;
    private static final int EXPONENTIAL_FLAGS = 10 << 3;
    private static final int EXPONENTIAL_EXEMPLARS = 11 << 3 | 2;
    private static final int EXPONENTIAL_SMALLEST = 12 << 3 | 1;
    private static final int EXPONENTIAL_LARGEST = 13 << 3 | 1;
    private static final int EXPONENTIAL_ZERO_THRESHOLD = 14 << 3 | 1;
    private static final int BUCKETS_OFFSET = 1 << 3;
    private static final int BUCKETS_COUNTS = 2 << 3 | 2;

    private static final int SUMMARY_QUANTILES = 6 << 3 | 2;
    private static final int SUMMARY_ATTRIBUTES = 7 << 3 | 2;
    private static final int SUMMARY_FLAGS = 8 << 3;
    private static final int QUANTILE = 1 << 3 | 1;
    private static final int QUANTILE_VALUE = 2 << 3 | 1;

    private static final int EXEMPLAR_TIME = 2 << 3 | 1;
    private static final int EXEMPLAR_REAL = 3 << 3 | 1;
    private static final int EXEMPLAR_SPAN_ID = 4 << 3 | 2;
    private static final int EXEMPLAR_TRACE_ID = 5 << 3 | 2;
    private static final int EXEMPLAR_INTEGER = 6 << 3 | 1;
    private static final int EXEMPLAR_ATTRIBUTES = 7 << 3 | 2;

    private static final int LAST_FIELD = 14;
    private static final int MESSAGE_BYTES_MIN = 2;

    private final byte[] bytes;
    private final int elementsMax;
    private final int valueBytesMax;
    private final int messagesMax;
    private final WireReader in;
    private final MetricBlock block;
    private final WireMetric metric;
    private final WireValues values;
    /**
     * Of exemplars, whose attributes may come between those of the data point, and of metrics.
     */
    private final WireValues elementValues;
    private final RepeatingTexts names = new RepeatingTexts();
    private final RepeatingTexts descriptions = new RepeatingTexts();
    private final RepeatingTexts units = new RepeatingTexts();
    private Fields fields = Fields.NUMBER;
    private boolean hasValue;
    private int elements;
    private int counted;

    /**
     * Fields whose numbers differ between types of data points. Elements are exemplars, or the quantiles of a summary.
     */
    private enum Fields
    {
        NUMBER(NUMBER_ATTRIBUTES, NUMBER_EXEMPLARS, NUMBER_FLAGS),
        HISTOGRAM(HISTOGRAM_ATTRIBUTES, HISTOGRAM_EXEMPLARS, HISTOGRAM_FLAGS),
        EXPONENTIAL_HISTOGRAM(EXPONENTIAL_ATTRIBUTES, EXPONENTIAL_EXEMPLARS, EXPONENTIAL_FLAGS),
        SUMMARY(SUMMARY_ATTRIBUTES, SUMMARY_QUANTILES, SUMMARY_FLAGS);

        private final int attributes;
        private final int elements;
        private final int flags;

        Fields(int attributes, int elements, int flags)
        {
            this.attributes = attributes;
            this.elements = elements;
            this.flags = flags;
        }

        static Fields of(Type type)
        {
            return switch (type) {
                case GAUGE, SUM -> NUMBER;
                case HISTOGRAM -> HISTOGRAM;
                case EXPONENTIAL_HISTOGRAM -> EXPONENTIAL_HISTOGRAM;
                case SUMMARY -> SUMMARY;
            };
        }
    }

    /**
     * @param request not changed from here on
     * @param elementsMax attributes, exemplars, quantiles and buckets of one data point, attributes of one exemplar, and
     *         entries of the metadata of one metric
     * @param valueBytesMax of one text
     * @param messagesMax of one data point, and of a metric without its data points
     */
    public WireMetricDecoder(byte[] request, int elementsMax, int valueBytesMax, int messagesMax)
    {
        this.bytes = requireNonNull(request, "request is null");
        this.elementsMax = elementsMax;
        this.valueBytesMax = valueBytesMax;
        this.messagesMax = messagesMax;
        in = new WireReader(request);
        block = new MetricBlock(request);
        metric = new WireMetric(request);
        values = new WireValues(request, in, block, elementsMax, valueBytesMax);
        elementValues = new WireValues(request, in, block, elementsMax, valueBytesMax);
    }

    public MetricBlock block()
    {
        return block;
    }

    /**
     * Where the data points of the metric read last are.
     */
    public WireMetric metric()
    {
        return metric;
    }

    /**
     * Entries of the metadata of the metric read last, until a data point is read.
     */
    public int metadata()
    {
        return elementValues.attributes();
    }

    /**
     * Bytes of the texts that each data point of the metric read last repeats, until a data point is read.
     */
    public long textBytes()
    {
        return elementValues.textBytes() + metric.textLength(WireMetric.NAME) + metric.textLength(WireMetric.DESCRIPTION) + metric.textLength(WireMetric.UNIT);
    }

    /**
     * Attributes, exemplars and buckets of the data point read last.
     */
    public int values()
    {
        return values.attributes() + counted;
    }

    /**
     * Begins a metric of the block, whose data points are read next. False when it has not the usual form without them; the
     * block is as before then.
     */
    public boolean readMetric(int offset, int length)
    {
        if (!metric.read(offset, length) || (length - metric.pointBytes()) / MESSAGE_BYTES_MIN > messagesMax || !isText(WireMetric.NAME) || !isText(WireMetric.DESCRIPTION) || !isText(WireMetric.UNIT)) {
            return false;
        }
        elementValues.startAttributes();
        for (int i = 0; i < metric.metadata(); i++) {
            in.start(metric.metadataOffset(i), metric.metadataLength(i));
            if (!elementValues.attribute()) {
                return false;
            }
        }
        AttributeShape shape = elementValues.shape();
        if (shape == null) {
            return false;
        }
        block.startMetric(metric.type(), text(names, WireMetric.NAME), text(descriptions, WireMetric.DESCRIPTION), text(units, WireMetric.UNIT), metric.points());
        block.aggregation(metric.temporality(), metric.isMonotonic());
        block.metadata(shape, elementValues.slices(), elementValues.sliceLengths());
        fields = Fields.of(metric.type());
        return true;
    }

    private boolean isText(int field)
    {
        return in.isText(metric.textOffset(field), metric.textLength(field), valueBytesMax);
    }

    private @Nullable Binary text(RepeatingTexts texts, int field)
    {
        return texts.text(bytes, metric.textOffset(field), metric.textLength(field));
    }

    /**
     * Reads a data point of the metric into the block, up to {@link MetricBlock#endRow}. False when it has not the usual form;
     * the block is as before then.
     */
    public boolean readPoint(int offset, int length)
    {
        if (length / MESSAGE_BYTES_MIN > messagesMax) {
            return false;
        }
        in.start(offset, length);
        block.startRow();
        values.startAttributes();
        hasValue = false;
        elements = 0;
        counted = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            boolean repeated = tag == fields.attributes || tag == fields.elements;
            if (field > LAST_FIELD || (!repeated && (seen & 1 << field) != 0) || !field(tag)) {
                return false;
            }
            seen |= 1 << field;
        }
        return values.endRecord();
    }

    private boolean field(int tag)
    {
        if (tag == fields.attributes) {
            return values.attribute();
        }
        if (tag == fields.elements) {
            return elements++ < elementsMax && (fields == Fields.SUMMARY ? quantile() : exemplar());
        }
        if (tag == fields.flags) {
            block.flags(in.varint() & 0xFFFF_FFFFL);
            return !in.failed();
        }
        switch (tag) {
            case START_TIME -> block.startTime(in.fixed64());
            case TIME -> block.time(in.fixed64());
            default -> {
                return switch (fields) {
                    case NUMBER -> numberField(tag);
                    case HISTOGRAM -> histogramField(tag);
                    case EXPONENTIAL_HISTOGRAM -> exponentialHistogramField(tag);
                    case SUMMARY -> measurementField(tag);
                };
            }
        }
        return !in.failed();
    }

    /**
     * Of two values the last one would count, as in all of protobuf.
     */
    private boolean numberField(int tag)
    {
        if (hasValue) {
            return false;
        }
        hasValue = true;
        switch (tag) {
            case NUMBER_REAL -> block.real(in.realBits());
            case NUMBER_INTEGER -> block.integer(in.fixed64());
            default -> {
                return false;
            }
        }
        return !in.failed();
    }

    private boolean measurementField(int tag)
    {
        switch (tag) {
            case COUNT -> block.count(in.fixed64());
            case SUM -> block.sum(in.realBits());
            default -> {
                return false;
            }
        }
        return !in.failed();
    }

    private boolean histogramField(int tag)
    {
        switch (tag) {
            case HISTOGRAM_SMALLEST -> block.min(in.realBits());
            case HISTOGRAM_LARGEST -> block.max(in.realBits());
            case HISTOGRAM_BUCKET_COUNTS -> {
                int length = in.length();
                block.bucketCounts(in.position(), length / Long.BYTES);
                in.skip(length);
                return isList(length);
            }
            case HISTOGRAM_BOUNDS -> {
                int length = in.length();
                block.explicitBounds(in.position(), length / Long.BYTES);
                for (int i = 0; i < length / Long.BYTES; i++) {
                    in.realBits();
                }
                return isList(length);
            }
            default -> {
                return measurementField(tag);
            }
        }
        return !in.failed();
    }

    private boolean isList(int bytesOfNumbers)
    {
        counted += bytesOfNumbers / Long.BYTES;
        return !in.failed() && bytesOfNumbers % Long.BYTES == 0 && bytesOfNumbers / Long.BYTES <= elementsMax;
    }

    private boolean exponentialHistogramField(int tag)
    {
        switch (tag) {
            case EXPONENTIAL_SCALE -> block.scale(in.zigzag32());
            case EXPONENTIAL_ZERO_COUNT -> block.zeroCount(in.fixed64());
            case EXPONENTIAL_SMALLEST -> block.min(in.realBits());
            case EXPONENTIAL_LARGEST -> block.max(in.realBits());
            case EXPONENTIAL_ZERO_THRESHOLD -> block.zeroThreshold(in.realBits());
            case EXPONENTIAL_POSITIVE, EXPONENTIAL_NEGATIVE -> {
                return buckets(tag == EXPONENTIAL_POSITIVE);
            }
            default -> {
                return measurementField(tag);
            }
        }
        return !in.failed();
    }

    private boolean buckets(boolean positive)
    {
        int outer = in.enter(in.length());
        int offset = 0;
        int slice = 0;
        int size = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            switch (tag) {
                case BUCKETS_OFFSET -> offset = in.zigzag32();
                case BUCKETS_COUNTS -> {
                    int around = in.enter(in.length());
                    while (!in.atEnd() && size <= elementsMax) {
                        int kept = block.element(in.varint());
                        slice = size == 0 ? kept : slice;
                        size++;
                    }
                    in.leave(around);
                }
                default -> {
                    return false;
                }
            }
            if (in.failed() || size > elementsMax || (seen & 1 << (tag >>> 3)) != 0) {
                return false;
            }
            seen |= 1 << (tag >>> 3);
        }
        in.leave(outer);
        if (positive) {
            block.positive(offset, slice, size);
        }
        else {
            block.negative(offset, slice, size);
        }
        counted += size;
        return !in.failed();
    }

    private boolean quantile()
    {
        int outer = in.enter(in.length());
        long quantile = 0;
        long value = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            switch (tag) {
                case QUANTILE -> quantile = in.realBits();
                case QUANTILE_VALUE -> value = in.realBits();
                default -> {
                    return false;
                }
            }
            if (in.failed() || (seen & 1 << (tag >>> 3)) != 0) {
                return false;
            }
            seen |= 1 << (tag >>> 3);
        }
        in.leave(outer);
        block.quantile(quantile, value);
        return !in.failed();
    }

    private boolean exemplar()
    {
        int outer = in.enter(in.length());
        elementValues.startAttributes();
        block.startExemplar();
        boolean valued = false;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            boolean value = tag == EXEMPLAR_REAL || tag == EXEMPLAR_INTEGER;
            if (field > EXEMPLAR_ATTRIBUTES >>> 3 || (tag != EXEMPLAR_ATTRIBUTES && (seen & 1 << field) != 0) || (value && valued) || !exemplarField(tag)) {
                return false;
            }
            seen |= 1 << field;
            valued |= value;
        }
        in.leave(outer);
        AttributeShape shape = elementValues.shape();
        if (in.failed() || shape == null) {
            return false;
        }
        counted += 1 + elementValues.attributes();
        block.endExemplar(shape, elementValues.slices(), elementValues.sliceLengths());
        return true;
    }

    private boolean exemplarField(int tag)
    {
        switch (tag) {
            case EXEMPLAR_TIME -> block.exemplarTime(in.fixed64());
            case EXEMPLAR_REAL -> block.exemplarReal(in.realBits());
            case EXEMPLAR_INTEGER -> block.exemplarInteger(in.fixed64());
            case EXEMPLAR_ATTRIBUTES -> {
                return elementValues.attribute();
            }
            case EXEMPLAR_TRACE_ID -> {
                int at = values.id(TraceContext.TRACE_ID_BYTES);
                block.exemplarTraceId(at);
                return at != WireValues.UNUSUAL;
            }
            case EXEMPLAR_SPAN_ID -> {
                int at = values.id(TraceContext.SPAN_ID_BYTES);
                block.exemplarSpanId(at);
                return at != WireValues.UNUSUAL;
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }
}
