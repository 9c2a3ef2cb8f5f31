package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.SpanRow;
import io.icegate.schema.TraceContext;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.lang.Math.toIntExact;

/**
 * Spans in columns. Texts that repeat come as one instance for all rows, which is then recognised at once. Offsets of ids are
 * those of 16 or 8 bytes in the request, or {@link #ABSENT}.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
public final class SpanBlock
        extends RecordBlock
{
    final SpanEventBlock events = new SpanEventBlock();
    final SpanLinkBlock links = new SpanLinkBlock();
    int[] traceIds = new int[ROWS_INITIAL];
    int[] spanIds = new int[ROWS_INITIAL];
    int[] parentSpanIds = new int[ROWS_INITIAL];
    @Nullable
    Binary[] traceStates = new Binary[ROWS_INITIAL];
    long[] flags = new long[ROWS_INITIAL];
    @Nullable
    Binary[] names = new Binary[ROWS_INITIAL];
    long[] kinds = new long[ROWS_INITIAL];
    long[] startTimes = new long[ROWS_INITIAL];
    long[] endTimes = new long[ROWS_INITIAL];
    long[] statusCodes = new long[ROWS_INITIAL];
    @Nullable
    Binary[] statusMessages = new Binary[ROWS_INITIAL];
    long[] droppedAttributesCounts = new long[ROWS_INITIAL];
    long[] droppedEventsCounts = new long[ROWS_INITIAL];
    long[] droppedLinksCounts = new long[ROWS_INITIAL];

    /**
     * @param request not changed from here on
     */
    public SpanBlock(byte[] request)
    {
        super(request);
    }

    /**
     * Begins a span. What is not set is absent.
     */
    public void startRow()
    {
        reserveRow();
        int row = rowCount();
        events.startRow(row);
        links.startRow(row);
        traceIds[row] = ABSENT;
        spanIds[row] = ABSENT;
        parentSpanIds[row] = ABSENT;
        traceStates[row] = null;
        flags[row] = 0;
        names[row] = null;
        kinds[row] = 0;
        startTimes[row] = 0;
        endTimes[row] = 0;
        statusCodes[row] = 0;
        statusMessages[row] = null;
        droppedAttributesCounts[row] = 0;
        droppedEventsCounts[row] = 0;
        droppedLinksCounts[row] = 0;
    }

    @Override
    void grow(int size)
    {
        events.growRows(size);
        links.growRows(size);
        traceIds = Arrays.copyOf(traceIds, size);
        spanIds = Arrays.copyOf(spanIds, size);
        parentSpanIds = Arrays.copyOf(parentSpanIds, size);
        traceStates = Arrays.copyOf(traceStates, size);
        flags = Arrays.copyOf(flags, size);
        names = Arrays.copyOf(names, size);
        kinds = Arrays.copyOf(kinds, size);
        startTimes = Arrays.copyOf(startTimes, size);
        endTimes = Arrays.copyOf(endTimes, size);
        statusCodes = Arrays.copyOf(statusCodes, size);
        statusMessages = Arrays.copyOf(statusMessages, size);
        droppedAttributesCounts = Arrays.copyOf(droppedAttributesCounts, size);
        droppedEventsCounts = Arrays.copyOf(droppedEventsCounts, size);
        droppedLinksCounts = Arrays.copyOf(droppedLinksCounts, size);
    }

    public void traceId(int offset)
    {
        traceIds[rowCount()] = offset;
    }

    public void spanId(int offset)
    {
        spanIds[rowCount()] = offset;
    }

    public void parentSpanId(int offset)
    {
        parentSpanIds[rowCount()] = offset;
    }

    public void traceState(@Nullable Binary text)
    {
        traceStates[rowCount()] = text;
    }

    public void flags(long bits)
    {
        flags[rowCount()] = bits;
    }

    public void name(@Nullable Binary text)
    {
        names[rowCount()] = text;
    }

    public void kind(int number)
    {
        kinds[rowCount()] = number;
    }

    public void startTime(long unixNano)
    {
        startTimes[rowCount()] = unixNano;
    }

    public long startTime()
    {
        return startTimes[rowCount()];
    }

    public void endTime(long unixNano)
    {
        endTimes[rowCount()] = unixNano;
    }

    public void statusCode(int code)
    {
        statusCodes[rowCount()] = code;
    }

    public void statusMessage(@Nullable Binary text)
    {
        statusMessages[rowCount()] = text;
    }

    public void droppedAttributesCount(long count)
    {
        droppedAttributesCounts[rowCount()] = count;
    }

    public void droppedEventsCount(long count)
    {
        droppedEventsCounts[rowCount()] = count;
    }

    public void droppedLinksCount(long count)
    {
        droppedLinksCounts[rowCount()] = count;
    }

    /**
     * Adds an event to the span.
     *
     * @param slices of the received values of its attributes, as for {@link #attributes}
     */
    public void event(long unixNano, @Nullable Binary name, long droppedAttributesCount, AttributeShape shape, int[] slices, int[] lengths)
    {
        int event = events.reserve();
        events.times[event] = unixNano;
        events.names[event] = name;
        events.droppedAttributesCounts[event] = droppedAttributesCount;
        events.end(rowCount(), shape, slices, lengths);
    }

    /**
     * Begins a link of the span, which {@link #endLink} adds.
     */
    public void startLink()
    {
        int link = links.reserve();
        links.traceIds[link] = ABSENT;
        links.spanIds[link] = ABSENT;
        links.traceStates[link] = null;
        links.droppedAttributesCounts[link] = 0;
        links.flags[link] = 0;
    }

    public void linkTraceId(int offset)
    {
        links.traceIds[links.reserve()] = offset;
    }

    public void linkSpanId(int offset)
    {
        links.spanIds[links.reserve()] = offset;
    }

    public void linkTraceState(@Nullable Binary text)
    {
        links.traceStates[links.reserve()] = text;
    }

    public void linkDroppedAttributesCount(long count)
    {
        links.droppedAttributesCounts[links.reserve()] = count;
    }

    public void linkFlags(long bits)
    {
        links.flags[links.reserve()] = bits;
    }

    /**
     * @param slices of the received values of its attributes, as for {@link #attributes}
     */
    public void endLink(AttributeShape shape, int[] slices, int[] lengths)
    {
        links.end(rowCount(), shape, slices, lengths);
    }

    @Override
    long nanos(int row)
    {
        return startTimes[row];
    }

    @Override
    long listBytes()
    {
        return events.bytes() + links.bytes();
    }

    @Override
    long rowBytes(int row)
    {
        return length(names[row]) + length(traceStates[row]) + length(statusMessages[row]) + events.bytes(row) + links.bytes(row);
    }

    /**
     * One span as an object.
     */
    SpanRow row(int row)
    {
        Origin origin = origin(originOf(row));
        return new SpanRow(
                origin.resource(),
                origin.scope(),
                timestampMicros()[row],
                origin.receivedMicros(),
                id(traceIds[row], TraceContext.TRACE_ID_BYTES),
                id(spanIds[row], TraceContext.SPAN_ID_BYTES),
                id(parentSpanIds[row], TraceContext.SPAN_ID_BYTES),
                text(traceStates[row]),
                flags[row],
                text(names[row]),
                toIntExact(kinds[row]),
                startTimes[row],
                endTimes[row],
                toIntExact(statusCodes[row]),
                text(statusMessages[row]),
                events.row(this, row),
                links.row(this, row),
                attributes(attributes(), row),
                droppedAttributesCounts[row],
                droppedEventsCounts[row],
                droppedLinksCounts[row],
                origin.residual());
    }
}
