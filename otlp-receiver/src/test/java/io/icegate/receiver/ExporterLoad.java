package io.icegate.receiver;

import io.icegate.receiver.SignalClient.Answer;
import io.icegate.receiver.SignalClient.Transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends all signals as exporters do: the same bytes again until they are acknowledged, over both transports, to whichever
 * receiver there is. Some bytes are sent twice at once, and some again although they were acknowledged, as by a client that
 * did not get the answer. Every record is unique.
 */
final class ExporterLoad
{
    private static final int CLIENTS = 9;
    private static final int RECORDS = 10;
    private static final int PROBLEMS_SHOWN = 10;
    private static final int REPEATABLE_MAX = 300;
    /**
     * Between two requests of a client, so that the load does not take the machine from the receivers.
     */
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(50);

    private final Duration deadline;
    private final AtomicInteger next = new AtomicInteger();
    private final Queue<Batch> notAcknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Batch> repeatable = new ConcurrentLinkedQueue<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> finalAnswers = ConcurrentHashMap.newKeySet();
    private final AtomicLong refusals = new AtomicLong();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Batch(SignalSample sample, List<String> texts, byte[] request)
    {
        private List<String> keys()
        {
            return texts.stream().map(text -> StoredSignals.key(sample, text)).toList();
        }
    }

    /**
     * @param deadline after which a client gives up on an answer
     */
    ExporterLoad(Duration deadline)
    {
        this.deadline = deadline;
    }

    ExporterLoad()
    {
        this(Duration.ofSeconds(5));
    }

    /**
     * One run against some receivers.
     */
    final class Run
            implements AutoCloseable
    {
        private final List<SignalClient> clients;
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicInteger acknowledgedHere = new AtomicInteger();

        private Run(List<SignalClient> clients, boolean onlyRepeat)
        {
            this.clients = List.copyOf(clients);
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                threads.add(Thread.ofVirtual().start(() -> run(random, onlyRepeat)));
            }
        }

        private void run(Random random, boolean onlyRepeat)
        {
            while (!stopped.get()) {
                Batch batch = notAcknowledged.poll();
                if (batch == null) {
                    if (onlyRepeat) {
                        return;
                    }
                    batch = batch();
                }
                boolean delivered = deliver(batch, random);
                if (!delivered) {
                    notAcknowledged.add(batch);
                }
                LockSupport.parkNanos((delivered ? PAUSE : PAUSE_AFTER_FAILURE).toNanos());
            }
        }

        private boolean deliver(Batch batch, Random random)
        {
            int receiver = random.nextInt(clients.size());
            int other = random.nextInt(clients.size());
            Transport transport = random.nextInt(3) == 0 ? Transport.HTTP : Transport.GRPC;
            return switch (random.nextInt(4)) {
                case 0 -> {
                    CompletableFuture<Boolean> beside = CompletableFuture.supplyAsync(() -> send(batch, other, Transport.GRPC), Thread::startVirtualThread);
                    yield send(batch, receiver, transport) | beside.join();
                }
                case 1 -> send(batch, receiver, transport) | send(batch, other, transport);
                default -> send(batch, receiver, transport);
            };
        }

        private boolean send(Batch batch, int receiver, Transport transport)
        {
            try {
                Answer answer = clients.get(receiver).send(batch.sample().signal(), batch.request(), transport, deadline);
                return switch (answer.kind()) {
                    case ACKNOWLEDGED -> {
                        acknowledged.addAll(batch.keys());
                        acknowledgedHere.incrementAndGet();
                        yield true;
                    }
                    case RETRYABLE -> {
                        refusals.incrementAndGet();
                        yield false;
                    }
                    case SILENT -> false;
                    case FINAL -> {
                        finalAnswers.add("%s %s: %s".formatted(batch.sample().signal().name(), transport, answer.text()));
                        yield false;
                    }
                };
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
            clients.forEach(SignalClient::close);
        }
    }

    Run start(int grpcPort, int httpPort)
    {
        return new Run(List.of(new SignalClient(grpcPort, httpPort)), false);
    }

    Run start(List<ReceiverProcess> receivers)
    {
        return new Run(clients(receivers), false);
    }

    private static List<SignalClient> clients(List<ReceiverProcess> receivers)
    {
        return receivers.stream().map(receiver -> new SignalClient(receiver.grpcPort(), receiver.httpPort())).toList();
    }

    /**
     * Sends what was not acknowledged, and nothing new.
     */
    void repeatAll(int grpcPort, int httpPort)
            throws InterruptedException
    {
        try (Run run = new Run(List.of(new SignalClient(grpcPort, httpPort)), true)) {
            run.await();
        }
    }

    /**
     * Sends also what was acknowledged, the newest requests, as a client that never got an answer.
     */
    void repeatAcknowledged(List<ReceiverProcess> receivers)
            throws InterruptedException
    {
        notAcknowledged.addAll(repeatable);
        try (Run run = new Run(clients(receivers), true)) {
            run.await();
        }
    }

    private Batch batch()
    {
        int number = next.getAndIncrement();
        SignalSample sample = SignalSample.ALL.get(number % SignalSample.ALL.size());
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            texts.add("%s-%s".formatted(number, i));
        }
        Batch batch = new Batch(sample, texts, sample.request(texts.toArray(String[]::new)));
        sent.addAll(batch.keys());
        repeatable.add(batch);
        if (repeatable.size() > REPEATABLE_MAX) {
            repeatable.remove();
        }
        return batch;
    }

    /**
     * Key of each acknowledged record, see {@link StoredSignals#key}.
     */
    Set<String> acknowledged()
    {
        return Set.copyOf(acknowledged);
    }

    int notAcknowledgedRequests()
    {
        return notAcknowledged.size();
    }

    /**
     * Answers that asked to send again.
     */
    long refusals()
    {
        return refusals.get();
    }

    /**
     * Errors after which an exporter would have dropped the data.
     */
    Set<String> finalAnswers()
    {
        return finalAnswers;
    }

    /**
     * Why the stored rows are wrong; empty when every acknowledged row is there, none is there twice, and all were sent to the
     * table that they are in.
     */
    List<String> problems(Set<String> acknowledgedBefore, List<String> stored)
    {
        List<String> problems = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        stored.stream().filter(key -> !seen.add(key)).limit(PROBLEMS_SHOWN).forEach(key -> problems.add("twice: " + key));
        acknowledgedBefore.stream().filter(key -> !seen.contains(key)).limit(PROBLEMS_SHOWN).forEach(key -> problems.add("lost: " + key));
        seen.stream().filter(key -> !sent.contains(key)).limit(PROBLEMS_SHOWN).forEach(key -> problems.add("never sent: " + key));
        return Collections.unmodifiableList(problems);
    }
}
