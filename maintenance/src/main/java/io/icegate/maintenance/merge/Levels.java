package io.icegate.maintenance.merge;

import org.apache.parquet.bytes.BytesUtils;
import org.jspecify.annotations.Nullable;

/**
 * The levels of a page, and where its rows are among them.
 *
 * @param definitions in levels of the table; null when every value is there
 * @param rows how many begin in the page
 * @param values how many values are there
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Levels(byte @Nullable [] repetitions, byte @Nullable [] definitions, int rows, int values)
{
    /**
     * @param max the highest level
     * @param count of levels
     */
    static byte[] decode(byte[] bytes, int offset, int max, int count)
    {
        return RunLengths.levels(bytes, offset, BytesUtils.getWidthFromMaxInt(max), count);
    }

    /**
     * @param repetitions as the file has them; null when the column has none
     * @param definitions as the file has them; null when the column has none
     * @param count of levels
     * @param shift from levels of the file to those of the table
     */
    static Levels of(byte @Nullable [] repetitions, byte @Nullable [] definitions, int count, int fileMax, int shift)
    {
        int rows = count;
        if (repetitions != null) {
            if (count > 0 && repetitions[0] != 0) {
                throw new MergeRefusedException("Cannot merge: a row goes on from page to page");
            }
            rows = 0;
            for (byte repetition : repetitions) {
                rows += repetition == 0 ? 1 : 0;
            }
        }
        int values = count;
        if (definitions != null) {
            values = 0;
            for (int i = 0; i < count; i++) {
                values += definitions[i] == fileMax ? 1 : 0;
                definitions[i] += (byte) shift;
                if (definitions[i] < 0) {
                    throw new MergeRefusedException("Cannot merge: a column that must have values has none");
                }
            }
        }
        return new Levels(repetitions, values == count ? null : definitions, rows, values);
    }

    /**
     * Where each row of the page has its levels and values.
     */
    PageValues.Rows rows(int first, int definitionMax)
    {
        if (repetitions == null && definitions == null) {
            return new PageValues.Rows(first, rows, definitionMax, null, null, null, null);
        }
        int[] starts = repetitions == null ? null : new int[rows + 1];
        int[] before = new int[rows + 1];
        int count = repetitions == null ? requireCount() : repetitions.length;
        int row = 0;
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (repetitions == null || repetitions[i] == 0) {
                if (starts != null) {
                    starts[row] = i;
                }
                before[row++] = value;
            }
            value += definitions == null || definitions[i] == definitionMax ? 1 : 0;
        }
        if (starts != null) {
            starts[row] = count;
        }
        before[row] = value;
        return new PageValues.Rows(first, rows, definitionMax, repetitions, definitions, starts, before);
    }

    private int requireCount()
    {
        return definitions == null ? rows : definitions.length;
    }
}
