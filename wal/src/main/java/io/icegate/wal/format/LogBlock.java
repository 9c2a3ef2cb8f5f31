package io.icegate.wal.format;

import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.TraceContext;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.lang.Math.toIntExact;

/**
 * Log records in columns.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
public final class LogBlock
        extends RecordBlock
{
    long[] timeUnixNano = new long[ROWS_INITIAL];
    long[] observedTimeUnixNano = new long[ROWS_INITIAL];
    long[] severityNumbers = new long[ROWS_INITIAL];
    long[] flags = new long[ROWS_INITIAL];
    long[] droppedAttributesCounts = new long[ROWS_INITIAL];
    @Nullable
    Binary[] severityTexts = new Binary[ROWS_INITIAL];
    @Nullable
    Binary[] eventNames = new Binary[ROWS_INITIAL];
    char[] bodyTypes = new char[ROWS_INITIAL];
    int[] bodies = new int[ROWS_INITIAL];
    int[] bodyLengths = new int[ROWS_INITIAL];
    int[] traceIds = new int[ROWS_INITIAL];
    int[] spanIds = new int[ROWS_INITIAL];

    /**
     * @param request not changed from here on
     */
    public LogBlock(byte[] request)
    {
        super(request);
    }

    /**
     * Begins a record. What is not set is absent.
     */
    public void startRow()
    {
        reserveRow();
        int row = rowCount();
        timeUnixNano[row] = 0;
        observedTimeUnixNano[row] = 0;
        severityNumbers[row] = 0;
        flags[row] = 0;
        droppedAttributesCounts[row] = 0;
        severityTexts[row] = null;
        eventNames[row] = null;
        bodyTypes[row] = CanonicalText.EMPTY;
        bodies[row] = 0;
        bodyLengths[row] = ABSENT;
        traceIds[row] = ABSENT;
        spanIds[row] = ABSENT;
    }

    @Override
    void grow(int size)
    {
        timeUnixNano = Arrays.copyOf(timeUnixNano, size);
        observedTimeUnixNano = Arrays.copyOf(observedTimeUnixNano, size);
        severityNumbers = Arrays.copyOf(severityNumbers, size);
        flags = Arrays.copyOf(flags, size);
        droppedAttributesCounts = Arrays.copyOf(droppedAttributesCounts, size);
        severityTexts = Arrays.copyOf(severityTexts, size);
        eventNames = Arrays.copyOf(eventNames, size);
        bodyTypes = Arrays.copyOf(bodyTypes, size);
        bodies = Arrays.copyOf(bodies, size);
        bodyLengths = Arrays.copyOf(bodyLengths, size);
        traceIds = Arrays.copyOf(traceIds, size);
        spanIds = Arrays.copyOf(spanIds, size);
    }

    public void time(long unixNano)
    {
        timeUnixNano[rowCount()] = unixNano;
    }

    public void observedTime(long unixNano)
    {
        observedTimeUnixNano[rowCount()] = unixNano;
    }

    public long time()
    {
        return timeUnixNano[rowCount()];
    }

    public long observedTime()
    {
        return observedTimeUnixNano[rowCount()];
    }

    public void severityNumber(int number)
    {
        severityNumbers[rowCount()] = number;
    }

    /**
     * Rows with equal texts may share one instance, which is then recognised at once.
     */
    public void severityText(@Nullable Binary text)
    {
        severityTexts[rowCount()] = text;
    }

    public void eventName(@Nullable Binary name)
    {
        eventNames[rowCount()] = name;
    }

    public void flags(long bits)
    {
        flags[rowCount()] = bits;
    }

    public void droppedAttributesCount(long count)
    {
        droppedAttributesCounts[rowCount()] = count;
    }

    /**
     * @param slice of the request, or what {@link #number} returned
     */
    public void body(char type, int slice, int length)
    {
        bodyTypes[rowCount()] = type;
        bodies[rowCount()] = slice;
        bodyLengths[rowCount()] = length;
    }

    /**
     * @param offset of 16 bytes in the request; {@link #ABSENT} for none
     */
    public void traceId(int offset)
    {
        traceIds[rowCount()] = offset;
    }

    /**
     * @param offset of 8 bytes in the request; {@link #ABSENT} for none
     */
    public void spanId(int offset)
    {
        spanIds[rowCount()] = offset;
    }

    @Override
    long nanos(int row)
    {
        return timeUnixNano[row] != 0 ? timeUnixNano[row] : observedTimeUnixNano[row];
    }

    @Override
    long listBytes()
    {
        return 0;
    }

    @Override
    long rowBytes(int row)
    {
        return Math.max(bodyLengths[row], 0);
    }

    /**
     * One record as an object.
     */
    LogRow row(int row)
    {
        Origin origin = origin(originOf(row));
        return new LogRow(
                origin.resource(),
                origin.scope(),
                timestampMicros()[row],
                origin.receivedMicros(),
                timeUnixNano[row],
                observedTimeUnixNano[row],
                toIntExact(severityNumbers[row]),
                text(severityTexts[row]),
                text(eventNames[row]),
                bodyLengths[row] == ABSENT ? null : new CanonicalText(bodyTypes[row], text(bodies[row], bodyLengths[row])),
                id(traceIds[row], TraceContext.TRACE_ID_BYTES),
                id(spanIds[row], TraceContext.SPAN_ID_BYTES),
                flags[row],
                attributes(attributes(), row),
                droppedAttributesCounts[row],
                origin.residual());
    }
}
