package io.icegate.wal.parquet;

import java.util.Arrays;

/**
 * Lengths of the texts of a page, which stand before all texts.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTALENGTH">Delta-length byte array</a>
 */
final class TextLengths
{
    private long[] lengths = {};
    private int count;

    /**
     * Adds so many texts of one length.
     */
    void add(int length, int texts)
    {
        int size = Math.addExact(count, texts);
        if (lengths.length < size) {
            lengths = Arrays.copyOf(lengths, Math.max(size, Math.max(256, lengths.length * 2)));
        }
        Arrays.fill(lengths, count, size, length);
        count = size;
    }

    boolean isEmpty()
    {
        return count == 0;
    }

    /**
     * Appends the lengths, at least one, and forgets them.
     */
    void write(ByteSink page)
    {
        Deltas.write(lengths, count, page);
        count = 0;
    }

    long bufferBytes()
    {
        return (long) lengths.length * Long.BYTES;
    }
}
