package io.icegate.standalone.telemetry;

import io.icegate.standalone.console.CommandException;
import io.opentelemetry.sdk.logs.data.LogRecordData;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Measures how long an acknowledged record takes to appear in SQL. The time runs from the exporter's success callback to the end of the
 * first JDBC query that returns it. One probe is one record in an export of its own. Queries run one after the other on each of a few connections,
 * and each asks for all probes that are still awaited, by service and time, as a dashboard asks for what is new.
 */
public final class FreshnessProbe
{
    private static final String SERVICE = "freshness-probe";
    /**
     * The exporter runs five requests at a time and refuses more.
     */
    private static final int IN_FLIGHT_MAX = 4;
    private static final Duration SEEN_LIMIT = Duration.ofSeconds(90);

    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS 'UTC'").withZone(ZoneOffset.UTC);

    private final OtlpTarget target;
    private final SdkExportCounts counts;
    private final Callable<Connection> connections;
    private final int readers;

    /**
     * @param connections opens connections whose current schema holds the table {@code logs}
     * @param readers queries that run at the same time
     */
    public FreshnessProbe(OtlpTarget target, SdkExportCounts counts, Callable<Connection> connections, int readers)
    {
        this.target = requireNonNull(target, "target is null");
        this.counts = requireNonNull(counts, "counts is null");
        this.connections = requireNonNull(connections, "connections is null");
        this.readers = readers;
    }

    /**
     * Sends the probes, at most one in each interval, and returns when a query has returned every one of them.
     */
    public Freshness run(int probes, Duration interval)
            throws InterruptedException
    {
        Round round = new Round(probes);
        AtomicInteger next = new AtomicInteger();
        try (LoggingApplication application = LoggingApplication.immediate(SERVICE, target, Protocol.GRPC, counts, round::acknowledged);
                ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            clock.scheduleAtFixedRate(
                    () -> {
                        if (next.get() < probes && next.get() - round.acknowledged.size() < IN_FLIGHT_MAX) {
                            application.logger().info(round.body(next.getAndIncrement()));
                        }
                    },
                    0,
                    interval.toNanos(),
                    NANOSECONDS);
            long deadline = System.nanoTime() + interval.multipliedBy(probes).plus(SEEN_LIMIT).toNanos();
            List<Future<?>> queries = new ArrayList<>();
            for (int reader = 0; reader < readers; reader++) {
                queries.add(executor.submit(() -> {
                    try {
                        query(round, deadline);
                        return null;
                    }
                    finally {
                        // whether all is seen or this reader failed: the others need not go on
                        round.stop();
                    }
                }));
            }
            for (Future<?> query : queries) {
                query.get();
            }
            clock.shutdownNow();
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof CommandException failure ? failure : new CommandException("Cannot measure freshness: " + e.getMessage(), e);
        }
        return new Freshness(round.samples());
    }

    private void query(Round round, long deadline)
            throws Exception
    {
        try (Connection connection = connections.call();
                Statement statement = connection.createStatement()) {
            while (!round.done() && !round.stopped) {
                List<String> bodies = bodies(statement, round.awaitedSince());
                long end = System.nanoTime();
                bodies.forEach(body -> round.seen(body, end));
                if (end - deadline > 0) {
                    throw new CommandException("Cannot measure freshness: of %s probes, %s were acknowledged and %s seen in SQL %s s after the last one was sent; the SDK says: %s"
                            .formatted(round.probes, round.acknowledged.size(), round.seen.size(), SEEN_LIMIT.toSeconds(), LoggingApplication.lastComplaint()));
                }
            }
        }
    }

    private static List<String> bodies(Statement statement, Instant since)
            throws SQLException
    {
        List<String> bodies = new ArrayList<>();
        String sql = "SELECT body FROM logs WHERE service_name = '%s' AND timestamp >= TIMESTAMP '%s'".formatted(SERVICE, TIMESTAMP.format(since));
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                bodies.add(rows.getString(1));
            }
        }
        return bodies;
    }

    private static final class Round
    {
        private final int probes;
        private final Instant begun = InstantSource.system().instant();
        private final String prefix = "probe %s ".formatted(Long.toHexString(System.nanoTime()));
        private final Map<String, Acknowledgement> acknowledged = new ConcurrentHashMap<>();
        private final Map<String, Long> seen = new ConcurrentHashMap<>();
        private volatile boolean stopped;

        Round(int probes)
        {
            this.probes = probes;
        }

        String body(int probe)
        {
            return prefix + "%08d".formatted(probe);
        }

        void acknowledged(List<LogRecordData> records)
        {
            long now = System.nanoTime();
            records.forEach(data -> acknowledged.put(
                    requireNonNull(data.getBodyValue(), "body is null").asString(),
                    new Acknowledgement(Instant.EPOCH.plusNanos(data.getTimestampEpochNanos()), now)));
        }

        void seen(String body, long end)
        {
            if (body.startsWith(prefix)) {
                seen.merge(body, end, Math::min);
            }
        }

        void stop()
        {
            stopped = true;
        }

        boolean done()
        {
            return seen.size() == probes && acknowledged.size() == probes;
        }

        /**
         * Returns a time before which no awaited probe was logged. Queries need not look further back.
         */
        Instant awaitedSince()
        {
            int awaited = 0;
            while (awaited < probes && seen.containsKey(body(awaited))) {
                awaited++;
            }
            // probes are logged in the order of their numbers
            for (int probe = awaited - 1; probe >= 0; probe--) {
                Acknowledgement acknowledgement = acknowledged.get(body(probe));
                if (acknowledgement != null) {
                    return acknowledgement.logged();
                }
            }
            return begun;
        }

        List<Duration> samples()
        {
            // a record is durable a moment before its exporter hears so: a query may be faster
            return acknowledged.entrySet().stream()
                    .map(entry -> Duration.ofNanos(Math.max(0, requireNonNull(seen.get(entry.getKey()), "not seen") - entry.getValue().nanoTime())))
                    .toList();
        }

        /**
         * @param logged the time that the record carries
         * @param nanoTime of the exporter's success callback
         */
        private record Acknowledgement(Instant logged, long nanoTime) {}
    }
}
