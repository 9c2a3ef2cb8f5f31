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
    private byte[] levels = {};

    /**
     * @param max the highest level, below 128; levels of a column whose highest is 0 take no bytes
     */
    Levels(int max)
    {
        if (max > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot write levels up to %s: a table nests no deeper than %s".formatted(max, Byte.MAX_VALUE));
        }
        bitWidth = BytesUtils.getWidthFromMaxInt(max);
    }

    void add(int level)
    {
        if (uniform && (level == first || count == 0)) {
            first = level;
            count++;
            return;
        }
        makeRoom(1);
        levels[count++] = (byte) level;
    }

    void add(int level, int times)
    {
        if (uniform && (level == first || count == 0)) {
            first = times > 0 ? level : first;
            count += times;
            return;
        }
        makeRoom(times);
        Arrays.fill(levels, count, count + times, (byte) level);
        count += times;
    }

    /**
     * Adds levels of rows that have so many values each, at least one.
     *
     * @param level of the first value of a row
     * @param others level of all that follow in it
     */
    void addRows(int level, int others, int values, int rows)
    {
        if (values == 1 || level == others) {
            add(level, values * rows);
            return;
        }
        if (rows == 0) {
            return;
        }
        int size = Math.multiplyExact(values, rows);
        makeRoom(size);
        levels[count] = (byte) level;
        Arrays.fill(levels, count + 1, count + values, (byte) others);
        Tiles.repeat(levels, count, values, size);
        count += size;
    }

    /**
     * Adds levels of another page.
     */
    void add(byte[] others, int from, int to)
    {
        int at = from;
        if (uniform && from < to) {
            first = count == 0 ? others[from] : first;
            while (at < to && others[at] == first) {
                at++;
            }
            count += at - from;
        }
        if (at < to) {
            makeRoom(to - at);
            System.arraycopy(others, at, levels, count, to - at);
            count += to - at;
        }
    }

    /**
     * Adds the levels that were added last again.
     *
     * @param last how many of them, at least one
     */
    void repeat(int last, int times)
    {
        int size = Math.multiplyExact(last, times);
        if (!uniform) {
            makeRoom(size);
            Tiles.repeat(levels, count - last, last, last + size);
        }
        count += size;
    }

    /**
     * Makes room for levels that are not all the same.
     */
    private void makeRoom(int more)
    {
        int size = Math.addExact(count, more);
        if (levels.length < size) {
            levels = Arrays.copyOf(levels, Math.max(size, Math.max(256, levels.length * 2)));
        }
        if (uniform) {
            uniform = false;
            Arrays.fill(levels, 0, count, (byte) first);
        }
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
        return levels.length;
    }

    void reset()
    {
        count = 0;
        uniform = true;
    }
}
