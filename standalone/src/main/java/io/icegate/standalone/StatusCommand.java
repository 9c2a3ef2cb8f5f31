package io.icegate.standalone;

import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.TrinoProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows the parts of a started IceGate, its tables, and what waits to be committed. Fails when a part is down.")
final class StatusCommand
        implements Callable<Integer>
{
    /**
     * As in Trino's StandardErrorCode.
     */
    private static final int TABLE_NOT_FOUND = 46;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--json", description = "Prints one JSON object per part and table.")
    private boolean json;

    @Override
    public Integer call()
    {
        Running running = Running.find(data.path()).orElse(Running.DEFAULT);
        ResultTable.Format format = json ? ResultTable.Format.JSON : ResultTable.Format.TABLE;
        boolean receiver;
        boolean trino;
        try (Http http = new Http()) {
            receiver = ReceiverProcess.ready(http, running.httpPort());
            trino = TrinoProcess.ready(http, running.trinoPort());
        }
        ResultTable.print(
                List.of("part", "state", "address"),
                List.of(
                        List.of("OTLP/gRPC", state(receiver), "localhost:" + running.grpcPort()),
                        List.of("OTLP/HTTP", state(receiver), "http://localhost:" + running.httpPort()),
                        List.of("Trino", state(trino), "http://localhost:" + running.trinoPort())),
                format,
                System.out);
        if (trino) {
            try (Connection connection = Stack.connect("localhost:" + running.trinoPort())) {
                printTables(connection, format, System.out);
            }
            catch (SQLException e) {
                throw new CommandException("Cannot read the state of the tables: " + e.getMessage(), e);
            }
        }
        return receiver && trino ? 0 : 1;
    }

    private static String state(boolean ready)
    {
        return ready ? "ready" : "down";
    }

    private static void printTables(Connection connection, ResultTable.Format format, PrintStream out)
            throws SQLException
    {
        List<String> selects = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "SELECT table_schema, table_name FROM icegate.information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'system') ORDER BY 1, 2")) {
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
