package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Payload;
import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import static java.util.Objects.requireNonNull;

/**
 * One client, as an exporter with a persistent queue behaves: it sends the same bytes again until they are acknowledged, and
 * only then the next ones.
 */
final class SoakClient
{
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);
    private static final int ACKNOWLEDGED = 200;
    private static final Set<Integer> AGAIN = Set.of(429, 502, 503, 504);

    private final Payload payload;
    private final String name;
    private final HttpClient http;
    private final URI uri;
    private final Duration interval;
    private final SoakRequests requests;
    private final LongConsumer acknowledgedNanos;
    private volatile long sent;
    private volatile long acknowledged;
    private volatile long repeated;

    /**
     * @param interval between the begin of two requests
     * @param acknowledgedNanos is told how long each request took, with all its repetitions
     */
    SoakClient(Payload payload, int number, HttpClient http, int port, Duration interval, LongConsumer acknowledgedNanos)
    {
        this.payload = requireNonNull(payload, "payload is null");
        this.name = "%s-%s".formatted(payload.table(), number);
        this.http = requireNonNull(http, "http is null");
        this.uri = URI.create("http://localhost:%s%s".formatted(port, payload.path()));
        this.interval = requireNonNull(interval, "interval is null");
        this.requests = new SoakRequests(payload, name);
        this.acknowledgedNanos = requireNonNull(acknowledgedNanos, "acknowledgedNanos is null");
    }

    Payload payload()
    {
        return payload;
    }

    String name()
    {
        return name;
    }

    /**
     * Records that were acknowledged, which are those from 0 on.
     */
    long acknowledged()
    {
        return acknowledged;
    }

    /**
     * Records that were sent once or more.
     */
    long sent()
    {
        return sent;
    }

    /**
     * Requests that were sent again.
     */
    long repeated()
    {
        return repeated;
    }

    /**
     * Sends until there is to be no new request, and until the last one is acknowledged.
     *
     * @param goesOn whether there is to be a new request
     * @param givesUp whether not even the last one is to be sent again
     */
    void run(BooleanSupplier goesOn, BooleanSupplier givesUp)
            throws InterruptedException
    {
        long next = System.nanoTime();
        while (goesOn.getAsBoolean()) {
            long early = next - System.nanoTime();
            if (early > 0) {
                Thread.sleep(Duration.ofNanos(early));
            }
            // what an outage kept back does not come as a flood
            next = Math.max(next, System.nanoTime() - Duration.ofSeconds(1).toNanos()) + interval.toNanos();
            byte[] request = requests.request(sent, SoakSettings.BATCH, InstantSource.system().instant());
            sent += SoakSettings.BATCH;
            if (!send(request, givesUp)) {
                return;
            }
            acknowledged += SoakSettings.BATCH;
        }
    }

    private boolean send(byte[] request, BooleanSupplier givesUp)
            throws InterruptedException
    {
        long began = System.nanoTime();
        Duration pause = PAUSE_MIN;
        while (!isAcknowledged(request)) {
            if (givesUp.getAsBoolean()) {
                return false;
            }
            repeated++;
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
        }
        acknowledgedNanos.accept(System.nanoTime() - began);
        return true;
    }

    private boolean isAcknowledged(byte[] request)
            throws InterruptedException
    {
        HttpRequest post = HttpRequest.newBuilder(uri)
                .timeout(REQUEST_LIMIT)
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                .build();
        int status;
        try {
            status = http.send(post, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
        catch (IOException _) {
            // nobody knows whether it is stored: that is what sending it again is for
            return false;
        }
        if (status == ACKNOWLEDGED) {
            return true;
        }
        if (AGAIN.contains(status)) {
            return false;
        }
        throw new CommandException("Cannot go on: a request of %s was refused for good, with HTTP status %s".formatted(name, status));
    }
}
