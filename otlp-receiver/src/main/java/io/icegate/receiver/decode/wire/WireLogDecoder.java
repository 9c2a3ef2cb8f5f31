package io.icegate.receiver.decode.wire;

import io.icegate.schema.TraceContext;
import io.icegate.wal.format.LogBlock;

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

    private final byte[] bytes;
    private final WireReader in;
    private final LogBlock block;
    private final WireValues values;
    private final RepeatingTexts severityTexts = new RepeatingTexts();
    private final RepeatingTexts eventNames = new RepeatingTexts();

    /**
     * @param request not changed from here on
     * @param attributesMax of one record
     * @param valueBytesMax of one text
     */
    public WireLogDecoder(byte[] request, int attributesMax, int valueBytesMax)
    {
        this.bytes = requireNonNull(request, "request is null");
        in = new WireReader(request);
        block = new LogBlock(request);
        values = new WireValues(request, in, block, attributesMax, valueBytesMax);
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
        return values.attributes();
    }

    /**
     * Reads a record into the block, up to {@link LogBlock#endRow}. False when it has not the usual form; the block is as
     * before then.
     */
    public boolean read(int offset, int length)
    {
        in.start(offset, length);
        block.startRow();
        values.startAttributes();
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            if (field > EVENT_NAME >>> 3 || (tag != ATTRIBUTES && (seen & 1 << field) != 0) || !field(tag)) {
                return false;
            }
            seen |= 1 << field;
        }
        return values.endRecord();
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
                int at = values.text();
                block.severityText(severityTexts.text(bytes, at, values.sliceLength()));
            }
            case EVENT_NAME -> {
                int at = values.text();
                block.eventName(eventNames.text(bytes, at, values.sliceLength()));
            }
            case BODY -> {
                if (!values.value()) {
                    return false;
                }
                block.body(values.type(), values.slice(), values.sliceLength());
            }
            case ATTRIBUTES -> {
                return values.attribute();
            }
            case TRACE_ID -> {
                int at = values.id(TraceContext.TRACE_ID_BYTES);
                block.traceId(at);
                return at != WireValues.UNUSUAL;
            }
            case SPAN_ID -> {
                int at = values.id(TraceContext.SPAN_ID_BYTES);
                block.spanId(at);
                return at != WireValues.UNUSUAL;
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }
}
