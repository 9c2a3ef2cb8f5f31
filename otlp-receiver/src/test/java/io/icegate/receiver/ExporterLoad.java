package io.icegate.receiver;

import io.grpc.StatusRuntimeException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends as an exporter does: the same bytes again until they are acknowledged, to whichever receiver there is. Every record
 * is unique.
 */
final class ExporterLoad
{
    private static final int CLIENTS = 8;
    private static final int RECORDS = 10;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final AtomicInteger next = new AtomicInteger();
    private final Queue<Batch> notAcknowledged = new ConcurrentLinkedQueue<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> finalAnswers = ConcurrentHashMap.newKeySet();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Batch(List<String> bodies, byte[] request) {}

    /**
     * One run against one receiver.
     */
    final class Run
            implements AutoCloseable
    {
        private final LogsClient client;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicInteger acknowledgedHere = new AtomicInteger();

        private Run(LogsClient client, boolean onlyRepeat)
        {
            this.client = client;
            for (int i = 0; i < CLIENTS; i++) {
                threads.add(Thread.ofVirtual().start(() -> run(onlyRepeat)));
            }
        }

        private void run(boolean onlyRepeat)
        {
            while (!stopped.get()) {
                Batch batch = notAcknowledged.poll();
                if (batch == null) {
                    if (onlyRepeat) {
                        return;
                    }
                    batch = batch();
                }
                if (!send(batch)) {
                    notAcknowledged.add(batch);
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
            }
        }

        private boolean send(Batch batch)
        {
            try {
                client.exportAsync(batch.request(), DEADLINE).get(DEADLINE.toSeconds() * 2, TimeUnit.SECONDS);
                acknowledged.addAll(batch.bodies());
                acknowledgedHere.incrementAndGet();
                return true;
            }
            catch (ExecutionException e) {
                if (e.getCause() instanceof StatusRuntimeException status) {
                    switch (status.getStatus().getCode()) {
                        case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS -> {}
                        default -> finalAnswers.add(status.getStatus().toString());
                    }
                }
                return false;
            }
            catch (TimeoutException e) {
                return false;
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        int acknowledgedRequests()
        {
            return acknowledgedHere.get();
        }

        void await()
                throws InterruptedException
        {
            for (Thread thread : threads) {
                thread.join();
            }
        }

        @Override
        public void close()
                throws InterruptedException
        {
            stopped.set(true);
            await();
            client.close();
        }
    }

    Run start(int grpcPort, int httpPort)
    {
        return new Run(new LogsClient(grpcPort, httpPort), false);
    }

    /**
     * Sends what was not acknowledged, and nothing new.
     */
    void repeatAll(int grpcPort, int httpPort)
            throws InterruptedException
    {
        try (Run run = new Run(new LogsClient(grpcPort, httpPort), true)) {
            run.await();
        }
    }

    private Batch batch()
    {
        int number = next.getAndIncrement();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            bodies.add("%s-%s".formatted(number, i));
        }
        return new Batch(bodies, LogsClient.request(bodies, Instant.now()));
    }

    Set<String> acknowledged()
    {
        return Set.copyOf(acknowledged);
    }

    int notAcknowledgedRequests()
    {
        return notAcknowledged.size();
    }

    /**
     * Errors after which an exporter would have dropped the data.
     */
    Set<String> finalAnswers()
    {
        return finalAnswers;
    }

    /**
     * Why the stored rows are wrong; empty when every acknowledged row is there and none is there twice.
     */
    List<String> problems(Set<String> acknowledgedBefore, List<String> stored)
    {
        List<String> problems = new ArrayList<>();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        stored.stream().filter(body -> !seen.add(body)).limit(10).forEach(body -> problems.add("twice: " + body));
        acknowledgedBefore.stream().filter(body -> !seen.contains(body)).limit(10).forEach(body -> problems.add("lost: " + body));
        return Collections.unmodifiableList(problems);
    }
}
