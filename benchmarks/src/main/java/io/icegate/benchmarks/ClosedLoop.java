package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Clients that send the next request when the last one is acknowledged. A request that is refused is sent again, as exporters
 * do, with the same bytes.
 */
final class ClosedLoop
{
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final int ATTEMPTS_MAX = 50;

    private ClosedLoop() {}

    /**
     * @param sinceStartNanos when it was acknowledged
     * @param nanos from the first attempt to the acknowledgement
     */
    record Acknowledged(long sinceStartNanos, long nanos) {}

    record Sent(List<Acknowledged> requests, double seconds, long retries)
    {
        Latencies latencies()
        {
            return Latencies.of(requests.stream().map(Acknowledged::nanos).toList());
        }
    }

    static Sent run(ExportClient client, ExportRequests requests, int clients, Duration limit)
            throws InterruptedException
    {
        long deadline = System.nanoTime() + limit.toNanos();
        return run(client, requests, clients, () -> System.nanoTime() - deadline < 0);
    }

    /**
     * @param count of requests, at least one for each client
     */
    static Sent run(ExportClient client, ExportRequests requests, int clients, int count)
            throws InterruptedException
    {
        AtomicInteger left = new AtomicInteger(count - clients);
        return run(client, requests, clients, () -> left.getAndDecrement() > 0);
    }

    private static Sent run(ExportClient client, ExportRequests requests, int clients, BooleanSupplier another)
            throws InterruptedException
    {
        Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicLong retries = new AtomicLong();
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < clients; index++) {
                running.add(executor.submit(() -> {
                    // one at least: a machine may be so busy that the time is over before a client begins
                    do {
                        byte[] request = requests.next();
                        long begin = System.nanoTime();
                        retries.addAndGet(untilAcknowledged(client, request));
                        long end = System.nanoTime();
                        acknowledged.add(new Acknowledged(end - start, end - begin));
                    }
                    while (another.getAsBoolean());
                    return null;
                }));
            }
            for (Future<?> clientThread : running) {
                clientThread.get();
            }
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof CommandException failure ? failure : new CommandException("The benchmark is invalid: " + e.getCause(), e);
        }
        return new Sent(List.copyOf(acknowledged), (System.nanoTime() - start) / 1e9, retries.get());
    }

    /**
     * @return how often the request had to be sent again
     */
    private static int untilAcknowledged(ExportClient client, byte[] request)
            throws InterruptedException
    {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            if (client.export(request)) {
                return attempt;
            }
            LockSupport.parkNanos(RETRY_DELAY.toNanos());
        }
        throw new CommandException("The benchmark is invalid: a request was not acknowledged in %s attempts".formatted(ATTEMPTS_MAX));
    }
}
