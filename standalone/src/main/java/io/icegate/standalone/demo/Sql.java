package io.icegate.standalone.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements with one row of results, or with none.
 */
final class Sql
{
    interface RowMapper<T>
    {
        T map(ResultSet row)
                throws SQLException;
    }

    private Sql() {}

    static <T> T row(Connection connection, String sql, RowMapper<T> mapper)
            throws SQLException
    {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new SQLException("Cannot read the result of %s: it has no row".formatted(sql));
            }
            return mapper.map(rows);
        }
    }

    static long number(Connection connection, String sql)
            throws SQLException
    {
        return row(connection, sql, row -> row.getLong(1));
    }

    static void execute(Connection connection, String sql)
            throws SQLException
    {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
