package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.TraceContext;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HexFormat;

import static java.lang.Math.toIntExact;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Log records in columns. Texts are slices of the request they came in, so a record costs no object. A record is put together
 * field by field and counts once {@link #endRow} is called; a record that was begun and not ended leaves no trace. Written by
 * one thread, then read only.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
public final class LogBlock
{
    static final int ABSENT = -1;
    private static final int ROWS_INITIAL = 64;
    private static final int VALUES_INITIAL = 512;

    private final byte[] request;
    private int rows;

    long[] timestampMicros = new long[ROWS_INITIAL];
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
    AttributeShape[] shapes = new AttributeShape[ROWS_INITIAL];
    /**
     * Where the values of the row after begin.
     */
    int[] valueEnds = new int[ROWS_INITIAL];
    int[] values = new int[VALUES_INITIAL];
    int[] valueLengths = new int[VALUES_INITIAL];
    private int valueCount;

    /**
     * Texts of numbers, which the request does not hold. Their slices have negative offsets.
     */
    private byte[] numbers = new byte[256];
    private int numberBytes;

    private Origin[] origins = new Origin[4];
    private int originCount;

    /**
     * What rows share that follow each other.
     *
     * @param residual of these rows, null when their columns lose nothing
     * @param firstRow of them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Origin(ResourceValues resource, ScopeValues scope, long ingestMicros, byte @Nullable [] residual, int firstRow) {}

    /**
     * @param request not changed from here on
     */
    public LogBlock(byte[] request)
    {
        this.request = requireNonNull(request, "request is null");
    }

    /**
     * Begins a record. What is not set is absent.
     */
    public void startRow()
    {
        if (rows == timestampMicros.length) {
            grow(rows * 2);
        }
        timeUnixNano[rows] = 0;
        observedTimeUnixNano[rows] = 0;
        severityNumbers[rows] = 0;
        flags[rows] = 0;
        droppedAttributesCounts[rows] = 0;
        severityTexts[rows] = null;
        eventNames[rows] = null;
        bodyTypes[rows] = CanonicalText.EMPTY;
        bodies[rows] = 0;
        bodyLengths[rows] = ABSENT;
        traceIds[rows] = ABSENT;
        spanIds[rows] = ABSENT;
    }

    private void grow(int size)
    {
        timestampMicros = Arrays.copyOf(timestampMicros, size);
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
        shapes = Arrays.copyOf(shapes, size);
        valueEnds = Arrays.copyOf(valueEnds, size);
    }

    public void time(long unixNano)
    {
        timeUnixNano[rows] = unixNano;
    }

    public void observedTime(long unixNano)
    {
        observedTimeUnixNano[rows] = unixNano;
    }

    public long time()
    {
        return timeUnixNano[rows];
    }

    public long observedTime()
    {
        return observedTimeUnixNano[rows];
    }

    public void severityNumber(int number)
    {
        severityNumbers[rows] = number;
    }

    /**
     * Rows with equal texts may share one instance, which is then recognised at once.
     */
    public void severityText(@Nullable Binary text)
    {
        severityTexts[rows] = text;
    }

    public void eventName(@Nullable Binary name)
    {
        eventNames[rows] = name;
    }

    public void flags(long bits)
    {
        flags[rows] = bits;
    }

    public void droppedAttributesCount(long count)
    {
        droppedAttributesCounts[rows] = count;
    }

    /**
     * @param slice of the request, or what {@link #number} returned
     */
    public void body(char type, int slice, int length)
    {
        bodyTypes[rows] = type;
        bodies[rows] = slice;
        bodyLengths[rows] = length;
    }

    /**
     * @param offset of 16 bytes in the request
     */
    public void traceId(int offset)
    {
        traceIds[rows] = offset;
    }

    /**
     * @param offset of 8 bytes in the request
     */
    public void spanId(int offset)
    {
        spanIds[rows] = offset;
    }

    /**
     * Keeps the text of a number or boolean, ASCII, and returns its slice.
     */
    public int number(String text)
    {
        int at = reserveNumber(text.length());
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, numbers, at, bytes.length);
        numberBytes = at + bytes.length;
        return ~at;
    }

    /**
     * Keeps the decimal text of a number from 0 on, and returns its slice. Its length is {@link #digits}.
     */
    public int number(int value)
    {
        int digits = digits(value);
        int at = reserveNumber(digits);
        int rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            int tenth = rest / 10;
            numbers[i] = (byte) ('0' + rest - tenth * 10);
            rest = tenth;
        }
        numberBytes = at + digits;
        return ~at;
    }

    /**
     * Decimal digits of a number from 0 on.
     */
    public static int digits(int value)
    {
        int digits = 1;
        for (long limit = 10; value >= limit; limit *= 10) {
            digits++;
        }
        return digits;
    }

    private int reserveNumber(int length)
    {
        if (numbers.length - numberBytes < length) {
            numbers = Arrays.copyOf(numbers, Math.max(numberBytes + length, numbers.length * 2));
        }
        return numberBytes;
    }

    /**
     * Sets the attributes.
     *
     * @param slices of the received values, of the request or what {@link #number} returned
     */
    public void attributes(AttributeShape shape, int[] slices, int[] lengths)
    {
        shapes[rows] = shape;
        int start = rows == 0 ? 0 : valueEnds[rows - 1];
        int size = shape.size();
        if (start + size > values.length) {
            int capacity = Math.max(start + size, values.length * 2);
            values = Arrays.copyOf(values, capacity);
            valueLengths = Arrays.copyOf(valueLengths, capacity);
        }
        for (int i = 0; i < size; i++) {
            int received = shape.received(i);
            values[start + i] = slices[received];
            valueLengths[start + i] = lengths[received];
        }
        valueCount = start + size;
    }

    /**
     * Ends the record. Its attributes have been set.
     *
     * @param residual null when the columns lose nothing
     */
    @SuppressWarnings("ReferenceEquality") // records of one scope share them
    public void endRow(ResourceValues resource, ScopeValues scope, long timestamp, long ingestMicros, byte @Nullable [] residual)
    {
        timestampMicros[rows] = timestamp;
        valueEnds[rows] = valueCount;
        Origin last = originCount == 0 ? null : origins[originCount - 1];
        if (last == null || last.resource() != resource || last.scope() != scope || last.residual() != residual || last.ingestMicros() != ingestMicros) {
            if (originCount == origins.length) {
                origins = Arrays.copyOf(origins, originCount * 2);
            }
            origins[originCount++] = new Origin(resource, scope, ingestMicros, residual, rows);
        }
        rows++;
    }

    RowBatch.Times times()
    {
        RowBatch.Times times = RowBatch.Times.NONE;
        for (int index = 0; index < originCount; index++) {
            for (int row = origins[index].firstRow(); row < originEnd(index); row++) {
                times = times.with(timestampMicros[row], origins[index].ingestMicros(), timeUnixNano[row] != 0 ? timeUnixNano[row] : observedTimeUnixNano[row]);
            }
        }
        return times;
    }

    public int rowCount()
    {
        return rows;
    }

    /**
     * The bytes that a slice is of.
     */
    byte[] bytes(int slice)
    {
        return slice >= 0 ? request : numbers;
    }

    static int offset(int slice)
    {
        return slice >= 0 ? slice : ~slice;
    }

    int firstValue(int row)
    {
        return row == 0 ? 0 : valueEnds[row - 1];
    }

    /**
     * One record as an object.
     */
    LogRow row(int row)
    {
        Origin origin = origins[originOf(row)];
        @Nullable String[] texts = new String[shapes[row].size()];
        for (int i = 0; i < texts.length; i++) {
            int value = firstValue(row) + i;
            texts[i] = text(values[value], valueLengths[value]);
        }
        return new LogRow(
                origin.resource(),
                origin.scope(),
                timestampMicros[row],
                origin.ingestMicros(),
                timeUnixNano[row],
                observedTimeUnixNano[row],
                toIntExact(severityNumbers[row]),
                text(severityTexts[row]),
                text(eventNames[row]),
                bodyLengths[row] == ABSENT ? null : new CanonicalText(bodyTypes[row], text(bodies[row], bodyLengths[row])),
                id(traceIds[row], TraceContext.TRACE_ID_BYTES),
                id(spanIds[row], TraceContext.SPAN_ID_BYTES),
                flags[row],
                shapes[row].attributes(texts),
                droppedAttributesCounts[row],
                origin.residual());
    }

    private String text(int slice, int length)
    {
        return new String(bytes(slice), offset(slice), length, UTF_8);
    }

    private static @Nullable String text(@Nullable Binary bytes)
    {
        return bytes == null ? null : bytes.toStringUsingUTF8();
    }

    private @Nullable String id(int offset, int length)
    {
        return offset == ABSENT ? null : HexFormat.of().formatHex(request, offset, offset + length);
    }

    int originOf(int row)
    {
        // a request may have as many scopes as records
        int low = 0;
        int high = originCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (origins[middle].firstRow() <= row) {
                low = middle;
            }
            else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * How many rows of {@code [from, to)} can be written at once: one, or as many as have texts of so many bytes.
     *
     * @return the row after them
     */
    int cut(int from, int to, int bytesMax)
    {
        long bytes = 0;
        int row = from;
        do {
            bytes += Math.max(bodyLengths[row], 0);
            for (int value = firstValue(row); value < valueEnds[row]; value++) {
                bytes += valueLengths[value];
            }
            row++;
        }
        while (row < to && bytes < bytesMax);
        return row;
    }

    Origin origin(int index)
    {
        return origins[index];
    }

    /**
     * The row after the last of an origin.
     */
    int originEnd(int index)
    {
        return index + 1 < originCount ? origins[index + 1].firstRow() : rows;
    }
}
