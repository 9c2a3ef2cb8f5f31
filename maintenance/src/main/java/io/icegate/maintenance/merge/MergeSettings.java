package io.icegate.maintenance.merge;

/**
 * What a merge may take and how its files look.
 *
 * @param rowGroupRows rows of a row group. Small ones let a reader skip more, large ones make smaller footers
 * @param targetBytes size at which another file begins
 * @param columnBytes how much of one column may be in memory at once, for inputs whose order differs from the table's
 * @param rowsMax rows of one merge, whose order is held in memory
 * @param compressionLevel of zstd. Level 3 saves one byte of a hundred, and takes more work
 */
public record MergeSettings(int rowGroupRows, long targetBytes, long columnBytes, int rowsMax, int compressionLevel)
{
    private static final int ROW_GROUP_ROWS_MIN = 100;
    private static final int ROW_GROUP_ROWS_MAX = 1 << 20;
    private static final int COMPRESSION_LEVEL_MAX = 19;

    /**
     * For a heap of 512 MB.
     */
    public static final MergeSettings DEFAULT = new MergeSettings(65_536, 256L << 20, 224L << 20, MergePolicy.ROWS_MAX, 1);

    public MergeSettings
    {
        if (rowGroupRows < ROW_GROUP_ROWS_MIN || rowGroupRows > ROW_GROUP_ROWS_MAX) {
            throw new IllegalArgumentException("Cannot write row groups of %s rows: %s to %s are allowed".formatted(rowGroupRows, ROW_GROUP_ROWS_MIN, ROW_GROUP_ROWS_MAX));
        }
        if (compressionLevel < 1 || compressionLevel > COMPRESSION_LEVEL_MAX) {
            throw new IllegalArgumentException("Cannot compress with level %s: 1 to %s are allowed".formatted(compressionLevel, COMPRESSION_LEVEL_MAX));
        }
        if (targetBytes <= 0 || columnBytes <= 0 || rowsMax <= 0) {
            throw new IllegalArgumentException("Cannot merge with target %s, column memory %s and %s rows: all must be positive".formatted(targetBytes, columnBytes, rowsMax));
        }
    }
}
