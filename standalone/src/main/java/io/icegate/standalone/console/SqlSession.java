package io.icegate.standalone.console;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Runs statements on one connection, so that {@code USE} and {@code SET SESSION} last, and prints what they answer.
 */
public final class SqlSession
{
    private final Connection connection;
    private final String server;
    private final ResultTable.Format format;
    private final PrintStream out;
    // guarded by this
    private Optional<Statement> running = Optional.empty();

    /**
     * @param server for messages
     */
    public SqlSession(Connection connection, String server, ResultTable.Format format, PrintStream out)
    {
        this.connection = requireNonNull(connection, "connection is null");
        this.server = requireNonNull(server, "server is null");
        this.format = requireNonNull(format, "format is null");
        this.out = requireNonNull(out, "out is null");
    }

    /**
     * Runs one statement, which has no semicolon at its end.
     */
    public void run(String sql)
    {
        try (Statement statement = connection.createStatement()) {
            running(Optional.of(statement));
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    ResultTable.print(rows, format, out);
                }
            }
            else if (format == ResultTable.Format.ALIGNED) {
                out.println("OK" + (statement.getLargeUpdateCount() > 0 ? ": " + Counted.of(statement.getLargeUpdateCount(), "row") : ""));
            }
        }
        catch (SQLException e) {
            String hint = e.getCause() instanceof UncheckedIOException || e.getCause() instanceof IOException ? " (is ./icegate start running?)" : "";
            throw new CommandException("Cannot run the statement on %s: %s%s".formatted(server, e.getMessage(), hint), e);
        }
        finally {
            running(Optional.empty());
        }
    }

    /**
     * Cancels the statement that runs now, if one does; from any thread.
     */
    void cancel()
    {
        Optional<Statement> statement;
        synchronized (this) {
            statement = running;
        }
        if (statement.isPresent()) {
            try {
                statement.orElseThrow().cancel();
            }
            catch (SQLException e) {
                out.println("Cannot cancel the statement: " + e.getMessage());
            }
        }
    }

    private synchronized void running(Optional<Statement> statement)
    {
        running = statement;
    }
}
