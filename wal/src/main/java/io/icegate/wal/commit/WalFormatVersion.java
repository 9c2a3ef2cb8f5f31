package io.icegate.wal.commit;

import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;

/**
 * The Iceberg format version of tables that have a WAL. Duplicate batches are deleted by position: version 1 knows no
 * deletes, and version 3 wants deletion vectors in their place.
 */
public final class WalFormatVersion
{
    public static final int SUPPORTED = 2;

    private WalFormatVersion() {}

    /**
     * Refuses a table that a committer could not serve at the first duplicate.
     *
     * @throws IllegalStateException when the table has another format version
     */
    public static void check(Table table)
    {
        int version = TableUtil.formatVersion(table);
        if (version != SUPPORTED) {
            throw new IllegalStateException("Cannot use the WAL of table %s: %s".formatted(table.name(), reason(version)));
        }
    }

    static String reason(int version)
    {
        return "its format version is %s and a table with a WAL needs %s".formatted(version, SUPPORTED);
    }
}
