package io.icegate.wal.parquet;

/**
 * The smallest and the largest value of a page or a chunk, in Parquet's PLAIN encoding without lengths.
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
record PageBounds(byte[] min, byte[] max)
{
    /**
     * Longer values are not worth their place in a footer: there are no bounds then, which is always correct.
     */
    private static final int BYTES_MAX = 256;

    boolean isShort()
    {
        return min.length <= BYTES_MAX && max.length <= BYTES_MAX;
    }
}
