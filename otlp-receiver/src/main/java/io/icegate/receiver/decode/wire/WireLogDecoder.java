package io.icegate.receiver.decode.wire;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.TraceContext;
import io.icegate.wal.format.LogBlock;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * Adds the log records of one request to a block when they have the usual form: each field at most once and of its type,
 * scalar values, distinct keys, valid UTF-8, nothing beyond a limit. Not safe for use by several threads.
 */
public final class WireLogDecoder
{
    // field number << 3 | wire type, of opentelemetry/proto/logs/v1/logs.proto
    private static final int TIME = 1 << 3 | 1;
    private static final int SEVERITY_NUMBER = 2 << 3;
    private static final int SEVERITY_TEXT = 3 << 3 | 2;
    private static final int BODY = 5 << 3 | 2;
    private static final int ATTRIBUTES = 6 << 3 | 2;
    private static final int DROPPED_ATTRIBUTES = 7 << 3;
    private static final int FLAGS = 8 << 3 | 5;
    private static final int TRACE_ID = 9 << 3 | 2;
    private static final int SPAN_ID = 10 << 3 | 2;
    private static final int OBSERVED_TIME = 11 << 3 | 1;
    private static final int EVENT_NAME = 12 << 3 | 2;
    // of common/v1/common.proto
    private static final int KEY = 1 << 3 | 2;
    private static final int VALUE = 2 << 3 | 2;
    private static final int STRING = 1 << 3 | 2;
    private static final int BOOL = 2 << 3;
    private static final int INT = 3 << 3;
    private static final int DOUBLE = 4 << 3 | 1;

    private final byte[] bytes;
    private final int attributesMax;
    private final int valueBytesMax;
    private final WireReader in;
    private final LogBlock block;
    private final KeyShapes shapes;
    private final RepeatingTexts severityTexts = new RepeatingTexts();
    private final RepeatingTexts eventNames = new RepeatingTexts();

    private int attributes;
    private int[] keys = new int[16];
    private int[] keyLengths = new int[16];
    private char[] types = new char[16];
    private int[] slices = new int[16];
    private int[] sliceLengths = new int[16];

    // of the value read last
    private char type;
    private int slice;
    private int sliceLength;

    /**
     * @param request not changed from here on
     * @param attributesMax of one record
     * @param valueBytesMax of one text
     */
    public WireLogDecoder(byte[] request, int attributesMax, int valueBytesMax)
    {
        this.bytes = requireNonNull(request, "request is null");
        this.attributesMax = attributesMax;
        this.valueBytesMax = valueBytesMax;
        in = new WireReader(request);
        block = new LogBlock(request);
        shapes = new KeyShapes(request);
    }

    public LogBlock block()
    {
        return block;
    }

    /**
     * Attributes of the record read last.
     */
    public int attributes()
    {
        return attributes;
    }

    /**
     * Reads a record into the block, up to {@link LogBlock#endRow}. False when it has not the usual form; the block is as
     * before then.
     */
    public boolean read(int offset, int length)
    {
        in.start(offset, length);
        block.startRow();
        attributes = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            if (field > EVENT_NAME >>> 3 || (tag != ATTRIBUTES && (seen & 1 << field) != 0) || !field(tag)) {
                return false;
            }
            seen |= 1 << field;
        }
        if (in.failed()) {
            return false;
        }
        AttributeShape shape = shapes.shape(keys, keyLengths, types, attributes);
        if (shape.hasRepeatedKey()) {
            return false;
        }
        block.attributes(shape, slices, sliceLengths);
        return true;
    }

    private boolean field(int tag)
    {
        switch (tag) {
            case TIME -> block.time(in.fixed64());
            case OBSERVED_TIME -> block.observedTime(in.fixed64());
            case SEVERITY_NUMBER -> block.severityNumber((int) in.varint());
            case DROPPED_ATTRIBUTES -> block.droppedAttributesCount(in.varint() & 0xFFFF_FFFFL);
            case FLAGS -> block.flags(Integer.toUnsignedLong(in.fixed32()));
            case SEVERITY_TEXT -> {
                int at = text();
                block.severityText(severityTexts.text(bytes, at, sliceLength));
            }
            case EVENT_NAME -> {
                int at = text();
                block.eventName(eventNames.text(bytes, at, sliceLength));
            }
            case BODY -> {
                if (!value()) {
                    return false;
                }
                block.body(type, slice, sliceLength);
            }
            case ATTRIBUTES -> {
                return attribute();
            }
            case TRACE_ID -> {
                return id(TraceContext.TRACE_ID_BYTES, tag);
            }
            case SPAN_ID -> {
                return id(TraceContext.SPAN_ID_BYTES, tag);
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }

    /**
     * Reads a text within the limit and returns where it begins.
     */
    private int text()
    {
        sliceLength = in.length();
        int at = in.position();
        in.skipText(sliceLength, valueBytesMax);
        if (in.failed()) {
            sliceLength = 0;
        }
        return at;
    }

    /**
     * Reads an id of the length that the specification gives, or none.
     */
    private boolean id(int length, int tag)
    {
        int sent = in.length();
        if (sent == 0) {
            return !in.failed();
        }
        int at = in.position();
        if (sent != length || isZero(at, length)) {
            return false;
        }
        in.skip(length);
        if (tag == TRACE_ID) {
            block.traceId(at);
        }
        else {
            block.spanId(at);
        }
        return true;
    }

    private boolean isZero(int at, int length)
    {
        int bits = 0;
        for (int i = at; i < at + length; i++) {
            bits |= bytes[i];
        }
        return bits == 0;
    }

    private boolean attribute()
    {
        if (attributes == attributesMax) {
            return false;
        }
        if (attributes == types.length) {
            growAttributes();
        }
        int length = in.length();
        int outer = in.enter(length);
        if (in.tag() != KEY) {
            return false;
        }
        keys[attributes] = text();
        keyLengths[attributes] = sliceLength;
        if (in.failed() || in.tag() != VALUE || !value() || !in.atEnd()) {
            return false;
        }
        in.leave(outer);
        types[attributes] = type;
        slices[attributes] = slice;
        sliceLengths[attributes] = sliceLength;
        attributes++;
        return true;
    }

    private void growAttributes()
    {
        int capacity = attributes * 2;
        keys = Arrays.copyOf(keys, capacity);
        keyLengths = Arrays.copyOf(keyLengths, capacity);
        types = Arrays.copyOf(types, capacity);
        slices = Arrays.copyOf(slices, capacity);
        sliceLengths = Arrays.copyOf(sliceLengths, capacity);
    }

    /**
     * Reads an {@code AnyValue} that holds one scalar.
     */
    private boolean value()
    {
        int length = in.length();
        int outer = in.enter(length);
        switch (in.tag()) {
            case STRING -> {
                type = CanonicalText.STRING;
                slice = text();
            }
            case INT -> {
                type = CanonicalText.INT;
                integer(in.varint());
            }
            case DOUBLE -> {
                double number = Double.longBitsToDouble(in.fixed64());
                if (Double.isNaN(number)) {
                    return false;
                }
                type = CanonicalText.DOUBLE;
                number(Double.toString(number));
            }
            case BOOL -> {
                type = CanonicalText.BOOL;
                number(Boolean.toString(in.varint() != 0));
            }
            default -> {
                return false;
            }
        }
        if (in.failed() || !in.atEnd()) {
            return false;
        }
        in.leave(outer);
        return true;
    }

    private void integer(long value)
    {
        if (value < 0 || value > Integer.MAX_VALUE) {
            number(Long.toString(value));
            return;
        }
        slice = block.number((int) value);
        sliceLength = LogBlock.digits((int) value);
    }

    private void number(String text)
    {
        slice = block.number(text);
        sliceLength = text.length();
    }
}
