package io.icegate.alerting.evaluate;

import io.trino.jdbc.TrinoResultSet;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Asks a Trino over JDBC, at most {@link #CONCURRENT_MAX} statements at once. Each statement has a connection of its own, which costs no request.
 */
public final class TrinoQueryEngine
        implements QueryEngine
{
    /**
     * Statements at once. They share the machine with ingest and with people, and more of them do not end earlier.
     */
    public static final int CONCURRENT_MAX = 4;
    /**
     * A statement that takes longer fails, in the server and here.
     */
    public static final Duration RUN_TIME_MAX = Duration.ofSeconds(30);
    /**
     * For each statement, so that one rule that reads everything does not make the others late.
     */
    private static final String SCAN_MAX = "10GB";
    /**
     * How long the server may take to tell that it has ended a statement that ran out of time.
     */
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(5);

    // codes of Trino's StandardErrorCode: the server cannot answer now, whatever was asked
    private static final int NO_NODES_AVAILABLE = 0x1_0005;
    private static final int SERVER_SHUTTING_DOWN = 0x1_0009;
    private static final int SERVER_STARTING_UP = 0x1_000C;
    private static final int QUERY_QUEUE_FULL = 0x2_0002;

    /**
     * Messages begin with where the error is.
     */
    private static final Pattern MESSAGE = Pattern.compile("(?:Query failed \\(#\\w+\\): )?(?:line (\\d+):(\\d+): )?(.*)", Pattern.DOTALL);

    private final Connector connector;
    private final Duration limit;
    private final Semaphore free = new Semaphore(CONCURRENT_MAX, true);

    /**
     * Opens a connection.
     */
    @FunctionalInterface
    public interface Connector
    {
        /**
         * @param sessionProperties as the driver wants them
         */
        Connection connect(String sessionProperties)
                throws SQLException;
    }

    public TrinoQueryEngine(Connector connector)
    {
        this(connector, RUN_TIME_MAX);
    }

    TrinoQueryEngine(Connector connector, Duration limit)
    {
        this.connector = requireNonNull(connector, "connector is null");
        this.limit = requireNonNull(limit, "limit is null");
    }

    @Override
    public QueryResult run(String sql, int rowsMax)
            throws QueryException, InterruptedException
    {
        free.acquire();
        AtomicReference<Optional<Statement>> running = new AtomicReference<>(Optional.empty());
        CompletableFuture<QueryResult> answer = new CompletableFuture<>();
        // of its own, because the driver waits for a server that does not answer, whatever is cancelled
        Thread thread = Thread.ofVirtual().name("alerting-query").start(() -> {
            try {
                answer.complete(ask(sql, rowsMax, running));
            }
            catch (SQLException e) {
                answer.completeExceptionally(failure(e));
            }
            catch (QueryException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
            finally {
                free.release();
            }
        });
        try {
            return answer.get(limit.plus(ANSWER_MARGIN).toMillis(), MILLISECONDS);
        }
        catch (TimeoutException e) {
            cancel(requireNonNull(running.get(), "running is null"), thread);
            throw new QueryException(QueryException.Kind.UNAVAILABLE, "Trino gave no answer for %s s".formatted(limit.plus(ANSWER_MARGIN).toSeconds()), Optional.empty(), e);
        }
        catch (InterruptedException e) {
            cancel(requireNonNull(running.get(), "running is null"), thread);
            throw e;
        }
        catch (ExecutionException e) {
            Throwable cause = requireNonNull(e.getCause(), "cause is null");
            throw cause instanceof QueryException failed ? failed : new QueryException(QueryException.Kind.STATEMENT, cause.toString(), Optional.empty(), cause);
        }
    }

    private QueryResult ask(String sql, int rowsMax, AtomicReference<Optional<Statement>> running)
            throws SQLException, QueryException
    {
        long start = System.nanoTime();
        String session = "query_max_run_time:%ss;query_max_scan_physical_bytes:%s".formatted(limit.toSeconds(), SCAN_MAX);
        try (Connection connection = connector.connect(session); Statement statement = connection.createStatement()) {
            running.set(Optional.of(statement));
            try (ResultSet rows = statement.executeQuery(sql)) {
                return read(rows, rowsMax, start);
            }
        }
    }

    private static QueryResult read(ResultSet rows, int rowsMax, long start)
            throws SQLException, QueryException
    {
        ResultSetMetaData description = rows.getMetaData();
        int count = description.getColumnCount();
        List<Column> columns = new ArrayList<>();
        for (int column = 1; column <= count; column++) {
            columns.add(new Column(description.getColumnLabel(column), description.getColumnTypeName(column)));
        }
        List<Row> result = new ArrayList<>();
        while (rows.next()) {
            if (result.size() == rowsMax) {
                throw new QueryException(QueryException.Kind.STATEMENT, "The result has more than %s rows: group by fewer columns, or add a condition".formatted(rowsMax));
            }
            List<Optional<String>> values = new ArrayList<>();
            for (int column = 1; column <= count; column++) {
                values.add(text(rows, column));
            }
            result.add(new Row(values));
        }
        return new QueryResult(columns, result, rows.unwrap(TrinoResultSet.class).getQueryId(), (System.nanoTime() - start) / 1_000_000);
    }

    /**
     * Java's types of points in time know neither all digits nor the zone; the text of Trino does.
     */
    private static Optional<String> text(ResultSet rows, int column)
            throws SQLException
    {
        @Nullable Object value = rows.getObject(column);
        return Optional.ofNullable(value instanceof Date ? rows.getString(column) : value).map(Object::toString);
    }

    private static QueryException failure(SQLException e)
    {
        Matcher parts = MESSAGE.matcher(String.valueOf(e.getMessage()));
        if (!parts.matches()) {
            throw new IllegalStateException("every message matches", e);
        }
        Optional<QueryException.Position> position = Optional.ofNullable(parts.group(1))
                .map(line -> new QueryException.Position(Integer.parseInt(line), Integer.parseInt(parts.group(2))));
        return new QueryException(kind(e), parts.group(3), position, e);
    }

    private static QueryException.Kind kind(SQLException e)
    {
        switch (e.getErrorCode()) {
            case NO_NODES_AVAILABLE, SERVER_SHUTTING_DOWN, SERVER_STARTING_UP, QUERY_QUEUE_FULL -> {
                return QueryException.Kind.UNAVAILABLE;
            }
            default -> {}
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException || cause instanceof UncheckedIOException) {
                return QueryException.Kind.UNAVAILABLE;
            }
        }
        return QueryException.Kind.STATEMENT;
    }

    private static void cancel(Optional<Statement> statement, Thread thread)
    {
        // in a thread of its own, as the server does not answer
        statement.ifPresent(running -> Thread.ofVirtual().name("alerting-cancel").start(() -> {
            try {
                running.cancel();
            }
            catch (SQLException _) {
                // the server ends it when its time is over
            }
        }));
        thread.interrupt();
    }
}
