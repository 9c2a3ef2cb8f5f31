package io.icegate.maintenance.merge;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The different levels of the rows of a column: there are few, so that a row needs no levels of its own. Not safe for use by several
 * threads.
 */
final class RowShapes
{
    /**
     * Shapes that are recognised; with more of them the search begins anew. A power of two, a half of which is used.
     */
    private static final int TABLE = 1 << 13;

    /**
     * Rows that are compared with the one before at once; twice as many after so many were the same.
     */
    private static final int AHEAD_MIN = 8;

    private final int definitionMax;
    private final @Nullable RowShape[] table = new RowShape[TABLE];
    /**
     * Of rows of one level, by that level: in most columns nearly all rows have an empty list, or one value.
     */
    private final @Nullable RowShape[] singles = new RowShape[Byte.MAX_VALUE + 1];
    /**
     * Levels of values that are there, as many as a row had at most.
     */
    private byte[] highest = new byte[0];
    private int size;

    /**
     * @param definitionMax level of a value that is there
     */
    RowShapes(int definitionMax)
    {
        this.definitionMax = definitionMax;
    }

    /**
     * Cuts the levels of a page into rows.
     *
     * @param definitions null when every value is there
     */
    PageValues.Rows rows(int first, byte[] repetitions, byte @Nullable [] definitions)
    {
        int count = 0;
        for (byte repetition : repetitions) {
            count += repetition == 0 ? 1 : 0;
        }
        RowShape[] shapes = new RowShape[count];
        int[] valueStarts = new int[count + 1];
        int at = 0;
        int value = 0;
        int row = 0;
        int ahead = AHEAD_MIN;
        RowShape last = new RowShape(new byte[0], null, 0);
        while (row < count) {
            if (at + 1 == repetitions.length || repetitions[at + 1] == 0) {
                last = single(definitions == null ? definitionMax : definitions[at]);
            }
            else if (!isAt(last, repetitions, definitions, at)) {
                last = find(repetitions, definitions, at);
            }
            int same = repeats(repetitions, definitions, at, last.levels(), ahead);
            ahead = same == ahead ? 2 * ahead : AHEAD_MIN;
            for (int end = row + 1 + same; row < end; row++) {
                shapes[row] = last;
                value += last.values();
                valueStarts[row + 1] = value;
            }
            at += (1 + same) * last.levels();
        }
        return new PageValues.Rows(first, count, definitionMax, null, shapes, valueStarts);
    }

    /**
     * Counts rows that have the same levels as the one before them.
     *
     * @param at where that row begins
     * @param max how many rows are looked at
     */
    private static int repeats(byte[] repetitions, byte @Nullable [] definitions, int at, int levels, int max)
    {
        int end = (int) Math.min(repetitions.length, at + (max + 1L) * levels);
        int same = repeats(repetitions, at, levels, end);
        if (definitions != null) {
            same = Math.min(same, repeats(definitions, at, levels, end));
        }
        int next = at + (1 + same) * levels;
        // the last of them may be longer
        return same > 0 && next < repetitions.length && repetitions[next] != 0 ? same - 1 : same;
    }

    private static int repeats(byte[] levels, int at, int size, int end)
    {
        int differs = Arrays.mismatch(levels, at, end - size, levels, at + size, end);
        return (differs < 0 ? end - size - at : differs) / size;
    }

    private RowShape single(int definition)
    {
        RowShape known = singles[definition];
        if (known == null) {
            boolean present = definition == definitionMax;
            known = new RowShape(new byte[1], present ? null : new byte[] {(byte) definition}, present ? 1 : 0);
            singles[definition] = known;
        }
        return known;
    }

    /**
     * True when a row of this shape begins here.
     */
    private boolean isAt(RowShape shape, byte[] repetitions, byte @Nullable [] definitions, int at)
    {
        int end = at + shape.levels();
        return end > at
                && end <= repetitions.length
                && (end == repetitions.length || repetitions[end] == 0)
                && Arrays.equals(repetitions, at, end, shape.repetitions(), 0, shape.levels())
                && isDefined(shape, definitions, at, end);
    }

    private boolean isDefined(RowShape shape, byte @Nullable [] definitions, int at, int end)
    {
        byte[] known = shape.definitions();
        if (definitions == null) {
            return known == null;
        }
        if (known != null) {
            return Arrays.equals(definitions, at, end, known, 0, known.length);
        }
        if (highest.length < shape.levels()) {
            highest = new byte[2 * shape.levels()];
            Arrays.fill(highest, (byte) definitionMax);
        }
        return Arrays.equals(definitions, at, end, highest, 0, shape.levels());
    }

    private RowShape find(byte[] repetitions, byte @Nullable [] definitions, int at)
    {
        int end = at + 1;
        while (end < repetitions.length && repetitions[end] != 0) {
            end++;
        }
        int hash = 0;
        for (int i = at; i < end; i++) {
            hash = (hash * 31 + repetitions[i]) * 31 + (definitions == null ? definitionMax : definitions[i]);
        }
        int slot = (hash ^ hash >>> Short.SIZE) & (TABLE - 1);
        for (RowShape known = table[slot]; known != null; known = table[slot]) {
            if (known.levels() == end - at && isAt(known, repetitions, definitions, at)) {
                return known;
            }
            slot = (slot + 1) & (TABLE - 1);
        }
        RowShape shape = shape(repetitions, definitions, at, end);
        if (2 * ++size > TABLE) {
            // pages keep those they have
            Arrays.fill(table, null);
            size = 1;
        }
        table[slot] = shape;
        return shape;
    }

    private RowShape shape(byte[] repetitions, byte @Nullable [] definitions, int at, int end)
    {
        int values = 0;
        for (int i = at; i < end; i++) {
            values += definitions == null || definitions[i] == definitionMax ? 1 : 0;
        }
        return new RowShape(
                Arrays.copyOfRange(repetitions, at, end),
                definitions == null || values == end - at ? null : Arrays.copyOfRange(definitions, at, end),
                values);
    }
}
