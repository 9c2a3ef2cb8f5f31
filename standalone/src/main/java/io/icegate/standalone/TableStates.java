package io.icegate.standalone;

import io.icegate.standalone.process.TrinoProcess;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static java.lang.Math.toIntExact;

/**
 * What the tables of a warehouse hold, as Trino sees it.
 */
final class TableStates
{
    static final List<String> COLUMNS = List.of("table", "committed_files", "committed_rows", "live_segments", "live_rows", "lag_seconds", "corrupt_writers", "problem");

    /**
     * One statement for all tables: each costs the server as much as the states of many tables.
     */
    private static final String STATES =
            """
            SELECT table_schema || '.' || table_name, committed_files, committed_rows, live_segments, live_rows, date_diff('second', oldest_live, now()), corrupt_writers, problem
            FROM icegate.system.table_states
            ORDER BY 1
            """;

    private TableStates() {}

    /**
     * @param server a Trino server, as {@code host:port}
     */
    static List<List<@Nullable Object>> rows(String server, Duration limit)
            throws SQLException
    {
        List<List<@Nullable Object>> states = new ArrayList<>();
        try (Connection connection = TrinoProcess.connect(server); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(toIntExact(limit.toSeconds()));
            try (ResultSet rows = statement.executeQuery(STATES)) {
                while (rows.next()) {
                    List<@Nullable Object> state = new ArrayList<>();
                    for (int column = 1; column <= COLUMNS.size(); column++) {
                        state.add(rows.getObject(column));
                    }
                    states.add(state);
                }
            }
        }
        return states;
    }
}
