package io.icegate.receiver.decode.wire;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.TraceContext;
import io.icegate.wal.format.SpanBlock;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import static java.util.Objects.requireNonNull;

/**
 * Adds the spans of one request to a block when they have the usual form: each field at most once and of its type, scalar
 * values, distinct keys, valid UTF-8, nothing beyond a limit; in events and links too. Not safe for use by several threads.
 */
public final class WireSpanDecoder
{
    // field number << 3 | wire type, of opentelemetry/proto/trace/v1/trace.proto
    private static final int TRACE_ID = 1 << 3 | 2;
    private static final int SPAN_ID = 2 << 3 | 2;
    private static final int TRACE_STATE = 3 << 3 | 2;
    private static final int PARENT_SPAN_ID = 4 << 3 | 2;
    private static final int NAME = 5 << 3 | 2;
    private static final int KIND = 6 << 3;
    private static final int START_TIME = 7 << 3 | 1;
    private static final int END_TIME = 8 << 3 | 1;
    private static final int ATTRIBUTES = 9 << 3 | 2;
    private static final int DROPPED_ATTRIBUTES = 10 << 3;
    private static final int EVENTS = 11 << 3 | 2;
    private static final int DROPPED_EVENTS = 12 << 3;
    private static final int LINKS = 13 << 3 | 2;
    private static final int DROPPED_LINKS = 14 << 3;
    private static final int STATUS = 15 << 3 | 2;
    private static final int FLAGS = 16 << 3 | 5;

    private static final int STATUS_MESSAGE = 2 << 3 | 2;
    private static final int STATUS_CODE = 3 << 3;

    private static final int EVENT_TIME = 1 << 3 | 1;
    private static final int EVENT_NAME = 2 << 3 | 2;
    private static final int EVENT_ATTRIBUTES = 3 << 3 | 2;
    private static final int EVENT_DROPPED_ATTRIBUTES = 4 << 3;

    private static final int LINK_TRACE_ID = 1 << 3 | 2;
    private static final int LINK_SPAN_ID = 2 << 3 | 2;
    private static final int LINK_TRACE_STATE = 3 << 3 | 2;
    private static final int LINK_ATTRIBUTES = 4 << 3 | 2;
    private static final int LINK_DROPPED_ATTRIBUTES = 5 << 3;
    private static final int LINK_FLAGS = 6 << 3 | 5;

    private static final int MESSAGE_BYTES_MIN = 2;

    private final byte[] bytes;
    private final int elementsMax;
    private final int messagesMax;
    private final WireReader in;
    private final SpanBlock block;
    private final WireValues values;
    /**
     * Of events and links, whose attributes may come between those of the span.
     */
    private final WireValues elementValues;
    private final RepeatingTexts names = new RepeatingTexts();
    private final RepeatingTexts traceStates = new RepeatingTexts();
    private final RepeatingTexts statusMessages = new RepeatingTexts();
    private final RepeatingTexts eventNames = new RepeatingTexts();
    private int events;
    private int links;
    private int elementAttributes;

    /**
     * @param request not changed from here on
     * @param elementsMax attributes, events and links of one span, and attributes of one event or link
     * @param valueBytesMax of one text
     * @param messagesMax of one span
     */
    public WireSpanDecoder(byte[] request, int elementsMax, int valueBytesMax, int messagesMax)
    {
        this.bytes = requireNonNull(request, "request is null");
        this.elementsMax = elementsMax;
        this.messagesMax = messagesMax;
        in = new WireReader(request);
        block = new SpanBlock(request);
        values = new WireValues(request, in, block, elementsMax, valueBytesMax);
        elementValues = new WireValues(request, in, block, elementsMax, valueBytesMax);
    }

    public SpanBlock block()
    {
        return block;
    }

    /**
     * Attributes, events and links of the span read last.
     */
    public int values()
    {
        return values.attributes() + events + links + elementAttributes;
    }

    /**
     * Reads a span into the block, up to {@link SpanBlock#endRow}. False when it has not the usual form; the block is as
     * before then.
     */
    public boolean read(int offset, int length)
    {
        if (length / MESSAGE_BYTES_MIN > messagesMax) {
            return false;
        }
        in.start(offset, length);
        block.startRow();
        values.startAttributes();
        events = 0;
        links = 0;
        elementAttributes = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            int field = tag >>> 3;
            boolean repeated = tag == ATTRIBUTES || tag == EVENTS || tag == LINKS;
            if (field > FLAGS >>> 3 || (!repeated && (seen & 1 << field) != 0) || !field(tag)) {
                return false;
            }
            seen |= 1 << field;
        }
        return values.endRecord();
    }

    private boolean field(int tag)
    {
        switch (tag) {
            case TRACE_STATE -> block.traceState(text(traceStates));
            case NAME -> block.name(text(names));
            case KIND -> block.kind((int) in.varint());
            case START_TIME -> block.startTime(in.fixed64());
            case END_TIME -> block.endTime(in.fixed64());
            case DROPPED_ATTRIBUTES -> block.droppedAttributesCount(in.varint() & 0xFFFF_FFFFL);
            case DROPPED_EVENTS -> block.droppedEventsCount(in.varint() & 0xFFFF_FFFFL);
            case DROPPED_LINKS -> block.droppedLinksCount(in.varint() & 0xFFFF_FFFFL);
            case FLAGS -> block.flags(Integer.toUnsignedLong(in.fixed32()));
            case ATTRIBUTES -> {
                return values.attribute();
            }
            case EVENTS -> {
                return events++ < elementsMax && event();
            }
            case LINKS -> {
                return links++ < elementsMax && link();
            }
            case STATUS -> {
                return status();
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
            case PARENT_SPAN_ID -> {
                int at = values.id(TraceContext.SPAN_ID_BYTES);
                block.parentSpanId(at);
                return at != WireValues.UNUSUAL;
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }

    private @Nullable Binary text(RepeatingTexts texts)
    {
        int at = values.text();
        return texts.text(bytes, at, values.sliceLength());
    }

    private boolean status()
    {
        int outer = in.enter(in.length());
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            switch (tag) {
                case STATUS_MESSAGE -> block.statusMessage(text(statusMessages));
                case STATUS_CODE -> block.statusCode((int) in.varint());
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
        return !in.failed();
    }

    private boolean event()
    {
        int outer = in.enter(in.length());
        elementValues.startAttributes();
        long time = 0;
        Binary name = null;
        long dropped = 0;
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            switch (tag) {
                case EVENT_TIME -> time = in.fixed64();
                case EVENT_NAME -> name = text(eventNames);
                case EVENT_DROPPED_ATTRIBUTES -> dropped = in.varint() & 0xFFFF_FFFFL;
                case EVENT_ATTRIBUTES -> {
                    if (!elementValues.attribute()) {
                        return false;
                    }
                }
                default -> {
                    return false;
                }
            }
            if (in.failed() || (tag != EVENT_ATTRIBUTES && (seen & 1 << (tag >>> 3)) != 0)) {
                return false;
            }
            seen |= 1 << (tag >>> 3);
        }
        in.leave(outer);
        AttributeShape shape = elementValues.shape();
        if (in.failed() || shape == null) {
            return false;
        }
        elementAttributes += elementValues.attributes();
        block.event(time, name, dropped, shape, elementValues.slices(), elementValues.sliceLengths());
        return true;
    }

    private boolean link()
    {
        int outer = in.enter(in.length());
        elementValues.startAttributes();
        block.startLink();
        int seen = 0;
        while (!in.atEnd()) {
            int tag = in.tag();
            if ((tag != LINK_ATTRIBUTES && tag >>> 3 <= LINK_FLAGS >>> 3 && (seen & 1 << (tag >>> 3)) != 0) || !linkField(tag)) {
                return false;
            }
            seen |= 1 << (tag >>> 3);
        }
        in.leave(outer);
        AttributeShape shape = elementValues.shape();
        if (in.failed() || shape == null) {
            return false;
        }
        elementAttributes += elementValues.attributes();
        block.endLink(shape, elementValues.slices(), elementValues.sliceLengths());
        return true;
    }

    private boolean linkField(int tag)
    {
        switch (tag) {
            case LINK_TRACE_STATE -> block.linkTraceState(text(traceStates));
            case LINK_DROPPED_ATTRIBUTES -> block.linkDroppedAttributesCount(in.varint() & 0xFFFF_FFFFL);
            case LINK_FLAGS -> block.linkFlags(Integer.toUnsignedLong(in.fixed32()));
            case LINK_ATTRIBUTES -> {
                return elementValues.attribute();
            }
            case LINK_TRACE_ID -> {
                int at = values.id(TraceContext.TRACE_ID_BYTES);
                block.linkTraceId(at);
                return at != WireValues.UNUSUAL;
            }
            case LINK_SPAN_ID -> {
                int at = values.id(TraceContext.SPAN_ID_BYTES);
                block.linkSpanId(at);
                return at != WireValues.UNUSUAL;
            }
            default -> {
                return false;
            }
        }
        return !in.failed();
    }
}
