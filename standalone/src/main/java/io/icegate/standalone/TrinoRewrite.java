package io.icegate.standalone;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.upkeep.EngineUnavailableException;
import io.icegate.maintenance.upkeep.OptimizeStatement;
import io.icegate.maintenance.upkeep.RewriteExecutor;
import io.icegate.standalone.console.CommandException;
import io.trino.jdbc.QueryStats;
import io.trino.jdbc.TrinoStatement;
import org.apache.iceberg.Table;

import java.net.ConnectException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Merges files by Trino's {@code optimize}. A server that is gone is waited for; one that hangs costs the time limit.
 */
final class TrinoRewrite
        implements RewriteExecutor
{
    /**
     * A statement that takes longer is cancelled, by us and by the server. Other tables wait for it that long at most.
     */
    static final Duration LIMIT = Duration.ofMinutes(20);
    /**
     * One writer for each partition, so that each gets one file. Several would leave files that are worth merging again.
     */
    static final String SESSION = "query_max_run_time:%sm;scale_writers:false;task_scale_writers_enabled:false;use_preferred_write_partitioning:true".formatted(LIMIT.toMinutes());
    /**
     * Trino's code of the error with which a server answers until it is ready.
     */
    private static final int SERVER_STARTING_UP = 0x1_000C;
    private static final Duration LOOK = Duration.ofMillis(500);
    /**
     * How long a statement that was cancelled may take to end.
     */
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(10);
    private static final Duration PROGRESS = Duration.ofSeconds(30);

    private final String server;
    private final String catalog;
    private final Connector connector;
    private final Duration limit;

    interface Connector
    {
        Connection connect()
                throws SQLException;
    }

    /**
     * @param server for messages
     */
    TrinoRewrite(String server, String catalog, Connector connector)
    {
        this(server, catalog, connector, LIMIT);
    }

    TrinoRewrite(String server, String catalog, Connector connector, Duration limit)
    {
        this.server = requireNonNull(server, "server is null");
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.connector = requireNonNull(connector, "connector is null");
        this.limit = requireNonNull(limit, "limit is null");
    }

    @Override
    public String engine()
    {
        return "Trino";
    }

    @Override
    public String rewrite(Table table, MergePlan plan, BooleanSupplier goesOn)
    {
        Query query = new Query(table.name());
        String sql = OptimizeStatement.of(catalog, table, plan);
        CompletableFuture<String> answer = new CompletableFuture<>();
        // of its own, because the driver waits for a server that does not answer, whatever is cancelled
        Thread thread = Thread.ofVirtual().name("trino-rewrite").start(() -> {
            try {
                answer.complete(query.run(sql));
            }
            catch (SQLException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return answer.get(LOOK.toMillis(), MILLISECONDS);
            }
            catch (TimeoutException e) {
                boolean late = System.nanoTime() - end > 0;
                if (late || !goesOn.getAsBoolean()) {
                    query.cancel(thread, answer);
                    throw new CommandException("%s on %s was cancelled, %s".formatted(query.text(), server, late ? "after %s s".formatted(limit.toSeconds()) : "because maintenance stops"), e);
                }
            }
            catch (ExecutionException e) {
                String message = "%s on %s failed: %s".formatted(query.text(), server, requireNonNull(e.getCause()).getMessage());
                throw isUnavailable(e, query.isBegun()) ? new EngineUnavailableException(message, e) : new CommandException(message, e);
            }
            catch (InterruptedException e) {
                query.cancel(thread, answer);
                Thread.currentThread().interrupt();
                throw new CommandException("%s on %s was cancelled".formatted(query.text(), server), e);
            }
        }
    }

    /**
     * Whether nobody listens there, or a server that is not ready yet, which gives statements a name and runs none.
     */
    private static boolean isUnavailable(Throwable failure, boolean begun)
    {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if ((cause instanceof ConnectException && !begun) || (cause instanceof SQLException sql && sql.getErrorCode() == SERVER_STARTING_UP)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A statement that runs, and what is known of it.
     */
    private final class Query
    {
        private final String table;
        private final AtomicReference<Statement> statement = new AtomicReference<>();
        private final AtomicReference<QueryStats> stats = new AtomicReference<>();
        private long told = System.nanoTime();

        private Query(String table)
        {
            this.table = table;
        }

        private String run(String sql)
                throws SQLException
        {
            try (Connection connection = connector.connect();
                    Statement opened = connection.createStatement()) {
                statement.set(opened);
                opened.unwrap(TrinoStatement.class).setProgressMonitor(this::progress);
                String metrics = opened.execute(sql) ? metrics(opened) : "";
                return text() + metrics;
            }
        }

        /**
         * The statement has ended when its rows are read.
         */
        private static String metrics(Statement opened)
                throws SQLException
        {
            StringJoiner metrics = new StringJoiner(", ", ", ", "");
            try (ResultSet rows = opened.getResultSet()) {
                while (rows.next()) {
                    metrics.add(rows.getString(1) + " " + rows.getString(2));
                }
            }
            return metrics.toString();
        }

        private void progress(QueryStats now)
        {
            stats.set(now);
            if (System.nanoTime() - told > PROGRESS.toNanos()) {
                told = System.nanoTime();
                System.out.println("%s rewrite %s goes on: %s is %s, %.0f %%".formatted(
                        InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS), table, text(), now.getState().toLowerCase(Locale.ROOT), now.getProgressPercentage().orElse(0)));
            }
        }

        /**
         * Whether the server has given it a name.
         */
        private boolean isBegun()
        {
            return stats.get() != null;
        }

        private String text()
        {
            QueryStats known = stats.get();
            return known == null ? "a statement" : "query " + known.getQueryId();
        }

        /**
         * Asks the server to end the statement, and waits a moment for it.
         */
        private void cancel(Thread thread, CompletableFuture<String> answer)
        {
            Statement running = statement.get();
            try {
                if (running != null) {
                    running.cancel();
                }
                thread.interrupt();
                String _ = answer.get(CANCEL_LIMIT.toMillis(), MILLISECONDS);
            }
            catch (SQLException | ExecutionException | TimeoutException e) {
                // it has ended, or the server ends it when its own limit is reached: the table tells what it did
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
