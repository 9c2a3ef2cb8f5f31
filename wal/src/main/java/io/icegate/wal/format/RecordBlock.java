package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.Attributes;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.parquet.BytesLeaf;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HexFormat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Records in columns. Texts are slices of the request they came in, so a record costs no object. A record is put together
 * field by field and counts once {@link #endRow} is called; a record that was begun and not ended leaves no trace. Written by
 * one thread, then read only.
 */
public abstract sealed class RecordBlock
        permits LogBlock,
                MetricBlock,
                SpanBlock
{
    /**
     * In place of a slice or length when there is no value.
     */
    public static final int ABSENT = -1;
    static final int ROWS_INITIAL = 8;
    /**
     * Records for which room is made before the last but a few have come.
     */
    private static final int EXPECTED_ROWS_MAX = 16_384;

    private final byte[] request;
    private final AttributeBlock attributes = new AttributeBlock();
    private int rows;
    private int expectedRows;
    private long[] timestampMicros = new long[ROWS_INITIAL];

    /**
     * Texts of numbers, which the request does not hold. Their slices have negative offsets.
     */
    private byte[] numbers = new byte[64];
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
    record Origin(ResourceValues resource, ScopeValues scope, long receivedMicros, byte @Nullable [] residual, int firstRow) {}

    /**
     * @param request not changed from here on
     */
    RecordBlock(byte[] request)
    {
        this.request = requireNonNull(request, "request is null");
    }

    /**
     * Makes room for the row that is being put together.
     */
    final void reserveRow()
    {
        if (rows == timestampMicros.length) {
            int size = Math.max(rows * 2, expectedRows);
            timestampMicros = Arrays.copyOf(timestampMicros, size);
            attributes.expect(size);
            grow(size);
        }
    }

    /**
     * Tells how many records will follow, so that room for them is made at once.
     */
    public final void expectRows(int count)
    {
        expectedRows = Math.min(count, EXPECTED_ROWS_MAX);
    }

    /**
     * Makes room for so many rows.
     */
    abstract void grow(int size);

    /**
     * The time that a row carries, since the epoch; 0 for none.
     */
    abstract long nanos(int row);

    /**
     * Bytes of the lists of all rows that may be more than the request has for them: what is a byte on the wire can be eight
     * in a column.
     */
    abstract long listBytes();

    /**
     * Bytes of the texts and lists of a row, without its attributes.
     */
    abstract long rowBytes(int row);

    /**
     * Keeps the text of a number or boolean, ASCII, and returns its slice.
     */
    public final int number(String text)
    {
        int at = reserveNumber(text.length());
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, numbers, at, bytes.length);
        numberBytes = at + bytes.length;
        return ~at;
    }

    /**
     * Keeps the decimal text of a number from 0 on, and returns its slice. Its length is {@link #lastNumberLength}.
     */
    public final int number(int value)
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
     * Length of the text of the number that was kept last.
     *
     * @param slice of it
     */
    public final int lastNumberLength(int slice)
    {
        return numberBytes - offset(slice);
    }

    private static int digits(int value)
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
     * Sets the attributes of the record.
     *
     * @param slices of the received values, of the request or what {@link #number} returned
     */
    public final void attributes(AttributeShape shape, int[] slices, int[] lengths)
    {
        attributes.set(rows, shape, slices, lengths);
    }

    /**
     * Ends the record. Its attributes have been set.
     *
     * @param residual null when the columns lose nothing
     */
    @SuppressWarnings("ReferenceEquality") // records of one scope share them
    public final void endRow(ResourceValues resource, ScopeValues scope, long timestamp, long receivedMicros, byte @Nullable [] residual)
    {
        timestampMicros[rows] = timestamp;
        Origin last = originCount == 0 ? null : origins[originCount - 1];
        if (last == null || last.resource() != resource || last.scope() != scope || last.residual() != residual || last.receivedMicros() != receivedMicros) {
            if (originCount == origins.length) {
                origins = Arrays.copyOf(origins, originCount * 2);
            }
            origins[originCount++] = new Origin(resource, scope, receivedMicros, residual, rows);
        }
        rows++;
    }

    final RowBatch.Times times()
    {
        long min = RowBatch.Times.NONE.minMicros();
        long max = RowBatch.Times.NONE.maxMicros();
        long clamped = 0;
        boolean anyGiven = false;
        for (int index = 0; index < originCount; index++) {
            long receivedMicros = origins[index].receivedMicros();
            for (int row = origins[index].firstRow(); row < originEnd(index); row++) {
                long nanos = nanos(row);
                min = Math.min(min, timestampMicros[row]);
                max = Math.max(max, timestampMicros[row]);
                clamped += RowBatch.Times.isReplaced(timestampMicros[row], receivedMicros, nanos) ? 1 : 0;
                anyGiven |= nanos != 0;
            }
        }
        return new RowBatch.Times(min, max, clamped, anyGiven);
    }

    public final int rowCount()
    {
        return rows;
    }

    final long[] timestampMicros()
    {
        return timestampMicros;
    }

    final AttributeBlock attributes()
    {
        return attributes;
    }

    /**
     * Attributes as an object.
     */
    @SuppressWarnings("NullAway") // does not see that array components are @Nullable
    final Attributes attributes(AttributeBlock block, int owner)
    {
        int start = block.start(owner);
        @Nullable String[] texts = new String[block.end(owner) - start];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text(block.slice(start + i), block.length(start + i));
        }
        return block.shape(owner).attributes(texts);
    }

    final String text(int slice, int length)
    {
        return new String(bytes(slice), offset(slice), length, UTF_8);
    }

    static @Nullable String text(@Nullable Binary bytes)
    {
        return bytes == null ? null : bytes.toStringUsingUTF8();
    }

    static long length(@Nullable Binary bytes)
    {
        return bytes == null ? 0 : bytes.length();
    }

    final @Nullable String id(int offset, int length)
    {
        return offset == ABSENT ? null : HexFormat.of().formatHex(request, offset, offset + length);
    }

    /**
     * Writes texts to a column without levels above it.
     *
     * @param textLengths {@link #ABSENT} for none
     */
    final void write(BytesLeaf leaf, int[] slices, int[] textLengths, int from, int to)
    {
        leaf.write(request, numbers, slices, textLengths, from, to);
    }

    /**
     * Writes the values of rows that all have the same shape, of one attribute at least.
     */
    final void write(BytesLeaf leaf, AttributeBlock values, int from, int to)
    {
        leaf.write(request, numbers, values.slices(), values.lengths(), values.start(from), values.shape(from).size(), to - from);
    }

    /**
     * Writes the ids of rows in hex.
     */
    final void writeIds(BytesLeaf leaf, int[] offsets, int length, int from, int to)
    {
        leaf.writeHex(request, offsets, length, from, to);
    }

    /**
     * Writes an id in hex.
     *
     * @param offset {@link #ABSENT} for none
     * @param above definition level of what holds the id
     */
    final void writeId(BytesLeaf leaf, int offset, int length, int repetition, int above)
    {
        if (offset == ABSENT) {
            leaf.absent(repetition, above);
        }
        else {
            leaf.writeHex(request, offset, length, repetition);
        }
    }

    /**
     * The bytes that a slice is of.
     */
    final byte[] bytes(int slice)
    {
        return slice >= 0 ? request : numbers;
    }

    static int offset(int slice)
    {
        return slice >= 0 ? slice : ~slice;
    }

    final int originOf(int row)
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
     * How many rows of {@code [from, to)} can be written at once: one, or as many as have texts and lists of so many bytes.
     *
     * @return the row after them
     */
    final int cut(int from, int to, int bytesMax)
    {
        if (request.length + numberBytes + listBytes() <= bytesMax) {
            return to;
        }
        long bytes = 0;
        int row = from;
        do {
            bytes += rowBytes(row) + attributes.bytes(row);
            row++;
        }
        while (row < to && bytes < bytesMax);
        return row;
    }

    final Origin origin(int index)
    {
        return origins[index];
    }

    /**
     * The row after the last of an origin.
     */
    final int originEnd(int index)
    {
        return index + 1 < originCount ? origins[index + 1].firstRow() : rows;
    }
}
