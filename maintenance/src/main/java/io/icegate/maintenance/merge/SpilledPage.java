package io.icegate.maintenance.merge;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The texts of a page on the local disk, read in blocks of neighbours. Not safe for use by several threads.
 */
final class SpilledPage
{
    private static final int BLOCK_BITS = 14;

    private final TextSpill spill;
    private final long position;
    private final int[] offsets;
    private final int gap;
    private final byte[] @Nullable [] blocks;
    private final int[] starts;

    /**
     * @param position of the page in the spill
     * @param offsets of the texts in the page, and where one behind the last would begin
     * @param gap bytes between texts
     */
    SpilledPage(TextSpill spill, long position, int[] offsets, int gap)
    {
        this.spill = spill;
        this.position = position;
        this.offsets = offsets;
        this.gap = gap;
        int count = (offsets[offsets.length - 1] >>> BLOCK_BITS) + 1;
        blocks = new byte[count][];
        starts = new int[count];
    }

    /**
     * Returns the block that has the text at this offset of the page. It stays as it is.
     */
    byte[] block(int offset)
    {
        int block = offset >>> BLOCK_BITS;
        byte[] known = blocks[block];
        return known == null ? read(block) : known;
    }

    /**
     * Returns where a block begins in the page, once it was asked for.
     */
    int start(int offset)
    {
        return starts[offset >>> BLOCK_BITS];
    }

    private byte[] read(int block)
    {
        int start = offsets[first(block)];
        int end = Math.max(start, offsets[Math.min(first(block + 1), offsets.length - 1)] - gap);
        byte[] bytes = spill.read(position + start, end - start);
        starts[block] = start;
        blocks[block] = bytes;
        spill.keep(this, block, bytes.length);
        return bytes;
    }

    /**
     * The first text that begins in a block or behind it.
     */
    private int first(int block)
    {
        int found = Arrays.binarySearch(offsets, block << BLOCK_BITS);
        return found < 0 ? -found - 1 : found;
    }

    void forget(int block)
    {
        blocks[block] = null;
    }
}
