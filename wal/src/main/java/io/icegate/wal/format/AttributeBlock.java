package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;

import java.util.Arrays;

/**
 * The attributes of the rows of a block, or of the elements of its lists, one after the other: a shape each, and values as
 * slices in stored order.
 */
final class AttributeBlock
{
    private static final int OWNERS_INITIAL = 8;
    private static final int VALUES_INITIAL = 64;
    /**
     * Values for which room is made before they have come.
     */
    private static final int EXPECTED_VALUES_MAX = 262_144;

    private AttributeShape[] shapes = new AttributeShape[OWNERS_INITIAL];
    /**
     * Where the values of the owner after begin.
     */
    private int[] ends = new int[OWNERS_INITIAL];
    private int[] slices = new int[VALUES_INITIAL];
    private int[] lengths = new int[VALUES_INITIAL];

    /**
     * Makes room for so many owners.
     */
    void expect(int owners)
    {
        if (owners > shapes.length) {
            shapes = Arrays.copyOf(shapes, owners);
            ends = Arrays.copyOf(ends, owners);
        }
    }

    /**
     * Sets the attributes of an owner that follows the last one, or replaces it.
     *
     * @param received slices of the received values
     */
    void set(int owner, AttributeShape shape, int[] received, int[] receivedLengths)
    {
        if (owner == shapes.length) {
            expect(owner * 2);
        }
        int start = start(owner);
        int end = start + shape.size();
        if (end > slices.length) {
            // if owners to come have as many values as those before
            long likely = Math.min((long) end * shapes.length / (owner + 1), EXPECTED_VALUES_MAX);
            int capacity = Math.max(Math.max(end, slices.length * 2), (int) likely);
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

    int[] slices()
    {
        return slices;
    }

    int[] lengths()
    {
        return lengths;
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
