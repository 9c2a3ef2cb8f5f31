package io.icegate.maintenance.merge;

import org.apache.parquet.bytes.BytesUtils;
import org.jspecify.annotations.Nullable;

/**
 * The levels of a page.
 *
 * @param repetitions null when the column has none
 * @param definitions in levels of the table; null when every value is there
 * @param count of levels
 * @param values how many are there
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Levels(byte @Nullable [] repetitions, byte @Nullable [] definitions, int count, int values)
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
     * As above; null when all are the highest, which is nearly always so.
     */
    static byte @Nullable [] decodeLower(byte[] bytes, int offset, int max, int count)
    {
        int width = BytesUtils.getWidthFromMaxInt(max);
        return RunLengths.isRepeated(bytes, offset, width, count, max) ? null : RunLengths.levels(bytes, offset, width, count);
    }

    /**
     * @param repetitions as the file has them; null when the column has none
     * @param definitions as the file has them; null when all are the highest
     * @param count of levels
     * @param shift from levels of the file to those of the table
     */
    static Levels of(byte @Nullable [] repetitions, byte @Nullable [] definitions, int count, int fileMax, int shift)
    {
        if (repetitions != null && count > 0 && repetitions[0] != 0) {
            throw new MergeRefusedException("Cannot merge: a row goes on from page to page");
        }
        if (definitions == null) {
            return new Levels(repetitions, null, count, count);
        }
        int values = 0;
        for (int i = 0; i < count; i++) {
            values += definitions[i] == fileMax ? 1 : 0;
        }
        if (shift != 0) {
            for (int i = 0; i < count; i++) {
                definitions[i] += (byte) shift;
                if (definitions[i] < 0) {
                    throw MergeRefusedException.damaged("Cannot merge: a column that must have values has none");
                }
            }
        }
        return new Levels(repetitions, values == count ? null : definitions, count, values);
    }

    /**
     * Where each row of the page has its levels and values.
     */
    PageValues.Rows rows(int first, int definitionMax, RowShapes shapes)
    {
        if (repetitions != null) {
            return shapes.rows(first, repetitions, definitions);
        }
        if (definitions == null) {
            return new PageValues.Rows(first, count, definitionMax, null, null, null);
        }
        int[] before = new int[count + 1];
        int value = 0;
        for (int row = 0; row < count; row++) {
            before[row] = value;
            value += definitions[row] == definitionMax ? 1 : 0;
        }
        before[count] = value;
        return new PageValues.Rows(first, count, definitionMax, definitions, null, before);
    }
}
