package io.icegate.standalone;

import io.icegate.standalone.console.ResultTable;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What the tables of a warehouse hold, as Trino sees it.
 */
final class TableStates
{
    /**
     * As in Trino's StandardErrorCode.
     */
    private static final int TABLE_NOT_FOUND = 46;
    /**
     * Without the tables in which Trino keeps the rows of materialized views.
     */
    private static final String TABLES =
            """
            SELECT table_schema, table_name FROM icegate.information_schema.tables
            WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'system') AND NOT regexp_like(table_name, '^st_[0-9a-f]{32}$')
            ORDER BY 1, 2
            """;

    private TableStates() {}

    static void print(Connection connection, ResultTable.Format format, PrintStream out)
            throws SQLException
    {
        List<String> selects = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(TABLES)) {
            while (tables.next()) {
                String schema = tables.getString(1);
                String table = tables.getString(2);
                selects.add(hasWal(connection, schema, table) ? select(schema, table) : selectWithoutWal(schema, table));
            }
        }
        if (selects.isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(String.join("\nUNION ALL\n", selects))) {
            ResultTable.print(rows, format, out);
        }
    }

    private static String select(String schema, String table)
    {
        return """
               SELECT '%1$s.%2$s' AS "table",
                   (SELECT coalesce(max_by(CAST(summary['total-data-files'] AS bigint), committed_at), 0) FROM "%1$s"."%2$s$snapshots") AS committed_files,
                   (SELECT coalesce(max_by(CAST(summary['total-records'] AS bigint), committed_at), 0) FROM "%1$s"."%2$s$snapshots") AS committed_rows,
                   (SELECT count(*) FROM "%1$s"."%2$s$wal" WHERE state = 'live') AS live_segments,
                   (SELECT coalesce(sum("rows"), 0) FROM "%1$s"."%2$s$wal") AS live_rows,
                   (SELECT date_diff('second', min(stored_at), now()) FROM "%1$s"."%2$s$wal") AS lag_seconds,
                   (SELECT count(*) FROM "%1$s"."%2$s$wal" WHERE state = 'corrupt') AS corrupt_writers
               """.formatted(schema, table);
    }

    private static String selectWithoutWal(String schema, String table)
    {
        return """
               SELECT '%1$s.%2$s' AS "table",
                   (SELECT coalesce(max_by(CAST(summary['total-data-files'] AS bigint), committed_at), 0) FROM "%1$s"."%2$s$snapshots") AS committed_files,
                   (SELECT coalesce(max_by(CAST(summary['total-records'] AS bigint), committed_at), 0) FROM "%1$s"."%2$s$snapshots") AS committed_rows,
                   NULL AS live_segments, NULL AS live_rows, NULL AS lag_seconds, NULL AS corrupt_writers
               """.formatted(schema, table);
    }

    /**
     * Tables that no receiver writes to are ordinary Iceberg tables.
     */
    private static boolean hasWal(Connection connection, String schema, String table)
            throws SQLException
    {
        try (Statement statement = connection.createStatement();
                ResultSet _ = statement.executeQuery("DESCRIBE \"%s\".\"%s$wal\"".formatted(schema, table))) {
            return true;
        }
        catch (SQLException e) {
            if (e.getErrorCode() == TABLE_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
