package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;

import java.util.Arrays;

/**
 * The attributes of the rows of a block, or of the elements of its lists, one after the other: a shape each, and values as
 * slices in stored order.
 */
final class AttributeBlock
{
    private static final int OWNERS_INITIAL = 64;
    private static final int VALUES_INITIAL = 512;

    private AttributeShape[] shapes = new AttributeShape[OWNERS_INITIAL];
    /**
     * Where the values of the owner after begin.
     */
    private int[] ends = new int[OWNERS_INITIAL];
    private int[] slices = new int[VALUES_INITIAL];
    private int[] lengths = new int[VALUES_INITIAL];

    /**
     * Sets the attributes of an owner that follows the last one, or replaces it.
     *
     * @param received slices of the received values
     */
    void set(int owner, AttributeShape shape, int[] received, int[] receivedLengths)
    {
        if (owner == shapes.length) {
            shapes = Arrays.copyOf(shapes, owner * 2);
            ends = Arrays.copyOf(ends, owner * 2);
        }
        int start = start(owner);
        int end = start + shape.size();
        if (end > slices.length) {
            int capacity = Math.max(end, slices.length * 2);
            slices = Arrays.copyOf(slices, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        for (int i = start; i < end; i++) {
            int position = shape.received(i - start);
            slices[i] = received[position];
            lengths[i] = receivedLengths[position];
        }
        shapes[owner] = shape;
        ends[owner] = end;
    }

    AttributeShape shape(int owner)
    {
        return shapes[owner];
    }

    int start(int owner)
    {
        return owner == 0 ? 0 : ends[owner - 1];
    }

    int end(int owner)
    {
        return ends[owner];
    }

    int slice(int value)
    {
        return slices[value];
    }

    int length(int value)
    {
        return lengths[value];
    }

    /**
     * Bytes of the values of an owner.
     */
    long bytes(int owner)
    {
        long bytes = 0;
        for (int value = start(owner); value < ends[owner]; value++) {
            bytes += lengths[value];
        }
        return bytes;
    }
}
