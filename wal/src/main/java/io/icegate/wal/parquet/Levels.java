package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesUtils;

import java.util.Arrays;

/**
 * Repetition or definition levels of one page. Nearly all pages have one level only, which is kept as its count.
 */
final class Levels
{
    private final int bitWidth;
    private int first;
    private int count;
    private boolean uniform = true;
    private int[] levels = {};

    /**
     * @param max the highest level; levels of a column whose highest is 0 take no bytes
     */
    Levels(int max)
    {
        bitWidth = BytesUtils.getWidthFromMaxInt(max);
    }

    void add(int level)
    {
        if (uniform) {
            if (count == 0) {
                first = level;
            }
            if (level == first) {
                count++;
                return;
            }
            uniform = false;
            levels = grown(levels, count + 1);
            Arrays.fill(levels, 0, count, first);
        }
        else if (count == levels.length) {
            levels = grown(levels, count + 1);
        }
        levels[count++] = level;
    }

    void add(int level, int times)
    {
        if (times > 0) {
            add(level);
        }
        if (uniform && level == first) {
            count += Math.max(times - 1, 0);
            return;
        }
        levels = grown(levels, count + times);
        for (int i = 1; i < times; i++) {
            levels[count++] = level;
        }
    }

    private static int[] grown(int[] array, int size)
    {
        return array.length >= size ? array : Arrays.copyOf(array, Math.max(size, Math.max(256, array.length * 2)));
    }

    int count()
    {
        return count;
    }

    /**
     * Appends the levels behind their length, as data pages of version 1 have them.
     */
    void write(ByteSink page)
    {
        if (bitWidth == 0) {
            return;
        }
        int start = page.size();
        page.writeInt(0);
        if (uniform) {
            RunLengths.repeated(first, count, bitWidth, page);
        }
        else {
            RunLengths.write(levels, count, bitWidth, page);
        }
        page.setInt(start, page.size() - start - Integer.BYTES);
    }

    long bufferBytes()
    {
        return (long) levels.length * Integer.BYTES;
    }

    void reset()
    {
        count = 0;
        uniform = true;
    }
}
