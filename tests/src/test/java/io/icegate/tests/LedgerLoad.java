package io.icegate.tests;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Clients that send rows over OTLP/HTTP, each request again and again until it is acknowledged, and keep account of what was. Most rows are new; now and then a source
 * that was away for minutes brings its errors of then.
 */
final class LedgerLoad
        implements Closeable
{
    static final List<String> SERVICES = List.of("cart", "pay", "search", "ship");
    static final int ERROR = 17;

    private static final int CLIENTS = 3;
    private static final int ROWS = 10;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration AWAY_EACH = Duration.ofSeconds(30);
    private static final int AWAY_ROWS = 200;
    private static final Duration DELAY_MIN = Duration.ofMinutes(1);
    private static final Duration DELAY_MAX = Duration.ofMinutes(12);
    private static final String RECORDS =
            """
            {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "%s"}}]}, "scopeLogs": [{"logRecords": [%s]}]}]}""";
    private static final String RECORD =
            """
            {"timeUnixNano": "%s000000", "severityNumber": %s, "body": {"stringValue": "row %s"}}""";

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private final URI uri;
    private final Queue<Sent> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicLong again = new AtomicLong();
    private final AtomicLong rows = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final Instant begin = Instant.now();
    private volatile boolean stopped;

    /**
     * A row that was acknowledged.
     *
     * @param late whether it was sent long after its time
     */
    record Sent(String service, Instant time, int severity, boolean late)
    {
        boolean isError()
        {
            return severity >= ERROR;
        }
    }

    private LedgerLoad(int port)
    {
        uri = URI.create("http://localhost:%s/v1/logs".formatted(port));
    }

    static LedgerLoad start(int port, long seed)
    {
        LedgerLoad load = new LedgerLoad(port);
        for (int client = 0; client < CLIENTS; client++) {
            Random random = new Random(seed + client);
            boolean isAway = client == 0;
            load.threads.add(Thread.ofPlatform().daemon().name("ledger-" + client).start(() -> load.run(random, isAway)));
        }
        return load;
    }

    /**
     * All of them, once this is closed.
     */
    List<Sent> acknowledged()
    {
        return List.copyOf(acknowledged);
    }

    /**
     * Requests that had to be sent again.
     */
    long again()
    {
        return again.get();
    }

    private void run(Random random, boolean isAway)
    {
        Instant away = begin.plus(AWAY_EACH);
        while (!stopped) {
            Instant now = Instant.now();
            if (isAway && now.isAfter(away)) {
                // within what the rules see
                Duration running = Duration.between(begin, now);
                long delay = Math.min(DELAY_MAX.toMillis(), Math.max(DELAY_MIN.toMillis() + 1, running.toMillis()));
                Instant then = now.minusMillis(random.nextLong(DELAY_MIN.toMillis(), delay));
                send(random, then, Duration.ofSeconds(10), AWAY_ROWS, 1);
                away = now.plus(AWAY_EACH);
            }
            send(random, now.minusSeconds(1), Duration.ofSeconds(1), ROWS, -1);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /**
     * @param errors how many of the rows are errors; negative for those of the minute and the service
     */
    private void send(Random random, Instant from, Duration span, int count, double errors)
    {
        int service = random.nextInt(SERVICES.size());
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Instant time = Instant.ofEpochMilli(from.toEpochMilli() + random.nextLong(span.toMillis()));
            boolean isBad = (time.getEpochSecond() / 60 + service) % 4 < 2;
            double share = errors < 0 ? isBad ? 0.6 : 0.03 : errors;
            sent.add(new Sent(SERVICES.get(service), time, random.nextDouble() < share ? ERROR : 9, errors >= 0));
        }
        String records = sent.stream().map(row -> RECORD.formatted(row.time().toEpochMilli(), row.severity(), rows.incrementAndGet())).collect(Collectors.joining(", "));
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(RECORDS.formatted(SERVICES.get(service), records), UTF_8))
                .build();
        while (!isAcknowledged(request)) {
            again.incrementAndGet();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        acknowledged.addAll(sent);
    }

    private boolean isAcknowledged(HttpRequest request)
    {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        }
        catch (IOException _) {
            return false;
        }
        catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a client", e);
        }
    }

    /**
     * Ends when everything that was sent is acknowledged.
     */
    @Override
    public void close()
            throws IOException
    {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot wait for the last request", e);
        }
        http.close();
    }
}
