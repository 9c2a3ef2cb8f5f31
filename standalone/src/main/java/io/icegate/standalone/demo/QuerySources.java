package io.icegate.standalone.demo;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What a query on {@code logs} reads now: files of the committed snapshot, and live segments on top of it.
 */
record QuerySources(long committedFiles, long committedRows, long liveSegments, long liveRows)
{
    static QuerySources read(Connection connection)
            throws SQLException
    {
        // both in one statement: they are pinned together
        return Sql.row(
                connection,
                """
                SELECT
                    (SELECT coalesce(max_by(CAST(summary['total-data-files'] AS bigint), committed_at), 0) FROM "logs$snapshots"),
                    (SELECT coalesce(max_by(CAST(summary['total-records'] AS bigint), committed_at), 0) FROM "logs$snapshots"),
                    (SELECT count(*) FROM "logs$wal" WHERE state = 'live'),
                    (SELECT coalesce(sum("rows"), 0) FROM "logs$wal")
                """,
                row -> new QuerySources(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    }

    String text()
    {
        return "committed snapshot: %,d files, %,d rows; live WAL: %,d segments, %,d rows".formatted(committedFiles, committedRows, liveSegments, liveRows);
    }
}
