package io.icegate.wal.parquet;

/**
 * Fills arrays with what repeats.
 */
final class Tiles
{
    private Tiles() {}

    /**
     * Repeats the first values of a range until the range is full.
     *
     * @param array of a primitive type
     * @param tile values that are there
     * @param size of the range
     */
    @SuppressWarnings("SuspiciousSystemArraycopy") // the caller hands an array over
    static void repeat(Object array, int from, int tile, int size)
    {
        int filled = tile;
        while (filled < size) {
            int step = Math.min(filled, size - filled);
            System.arraycopy(array, from, array, from + filled, step);
            filled += step;
        }
    }
}
