package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.TraceContext;

import java.util.Arrays;

/**
 * The elements of a list of each row of a block, one after the other.
 */
abstract sealed class ListBlock
        permits ExemplarBlock,
                SpanEventBlock,
                SpanLinkBlock
{
    static final int ELEMENTS_INITIAL = 4;
    /**
     * The longest value of an element that is no text: a trace id in hex. On the wire an element may take two bytes.
     */
    private static final int ELEMENT_BYTES = 2 * TraceContext.TRACE_ID_BYTES;

    final AttributeBlock attributes = new AttributeBlock();
    private int capacity = ELEMENTS_INITIAL;
    private int count;
    private int[] ends = new int[RecordBlock.ROWS_INITIAL];

    /**
     * Makes room for the lists of so many rows.
     */
    final void growRows(int size)
    {
        ends = Arrays.copyOf(ends, size);
    }

    /**
     * Makes room for so many elements.
     */
    abstract void grow(int size);

    /**
     * Bytes of the texts of an element beside its attributes.
     */
    abstract long textBytesOf(int element);

    /**
     * Begins the list of a row. Elements of a row that was not ended are forgotten.
     */
    final void startRow(int row)
    {
        count = start(row);
        ends[row] = count;
    }

    /**
     * Makes room for an element, and returns where it goes.
     */
    final int reserve()
    {
        if (count == capacity) {
            capacity *= 2;
            grow(capacity);
        }
        return count;
    }

    final void end(int row, AttributeShape shape, int[] slices, int[] lengths)
    {
        attributes.set(count, shape, slices, lengths);
        count++;
        ends[row] = count;
    }

    final int start(int row)
    {
        return row == 0 ? 0 : ends[row - 1];
    }

    final int end(int row)
    {
        return ends[row];
    }

    /**
     * Bytes of all elements without their texts.
     */
    final long bytes()
    {
        return (long) ELEMENT_BYTES * count;
    }

    /**
     * Bytes of a row's elements.
     */
    final long bytes(int row)
    {
        long bytes = (long) ELEMENT_BYTES * (ends[row] - start(row));
        for (int element = start(row); element < ends[row]; element++) {
            bytes += textBytesOf(element) + attributes.bytes(element);
        }
        return bytes;
    }
}
