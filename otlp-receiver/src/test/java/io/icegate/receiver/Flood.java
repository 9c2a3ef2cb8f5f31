package io.icegate.receiver;

import com.google.protobuf.ByteString;
import io.icegate.receiver.SignalClient.Answer;
import io.icegate.receiver.SignalClient.Transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

import static io.icegate.receiver.Deadlines.eventually;

/**
 * Sends requests of all signals at a rate that does not depend on the answers, over both transports. What is not acknowledged
 * is sent again after a pause as exporters make it, and takes the place of something new. Every record is unique; a request
 * is made from its number, so that very many can wait.
 */
final class Flood
{
    /**
     * Of one request.
     */
    static final int RECORDS = 16;
    private static final String PADDING = "x".repeat(500);
    private static final int WAITING_MAX = 3_000;
    private static final Pattern NUMBERS = Pattern.compile("\\d+");
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final List<SignalClient> clients;
    private final long startNanos = SignalSample.nowNanos();
    private final AtomicInteger numbers = new AtomicInteger();
    private final PriorityBlockingQueue<Attempt> waiting = new PriorityBlockingQueue<>();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> finalAnswers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong requests = new AtomicLong();
    private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
    private final AtomicLong silences = new AtomicLong();
    private volatile boolean stopped;

    private record Attempt(int number, int failures, long dueNanos)
            implements Comparable<Attempt>
    {
        @Override
        public int compareTo(Attempt other)
        {
            return Long.signum(dueNanos - other.dueNanos);
        }

        private Attempt next()
        {
            double pause = Math.min(PAUSE.toNanos() * Math.pow(1.5, failures), PAUSE_MAX.toNanos());
            // the client's jitter, without a random number
            return new Attempt(number, failures + 1, System.nanoTime() + (long) (pause * (0.8 + 0.4 * (number % 10) / 10)));
        }
    }

    Flood(List<SignalClient> clients)
    {
        this.clients = List.copyOf(clients);
    }

    /**
     * Sends for a while. The last answers may come later.
     *
     * @param perSecond requests, with those that are sent again
     * @param openMax requests at the same time; above it none is sent
     * @return requests that were acknowledged meanwhile
     */
    int run(Duration duration, double perSecond, int openMax)
    {
        int before = acknowledged.size();
        long start = System.nanoTime();
        long slots = 0;
        long elapsed = 0;
        while (elapsed < duration.toNanos() && !stopped) {
            long due = (long) (elapsed * perSecond / 1e9);
            for (; slots < due; slots++) {
                if (open.get() < openMax) {
                    next().ifPresent(this::start);
                }
            }
            LockSupport.parkNanos(1_000_000);
            elapsed = System.nanoTime() - start;
        }
        return acknowledged.size() - before;
    }

    /**
     * Waits until each request has its answer.
     */
    void awaitAnswers()
            throws Exception
    {
        eventually("all requests are answered", () -> open.get() == 0);
    }

    private Optional<Attempt> next()
    {
        Attempt due = waiting.poll();
        if (due == null || due.dueNanos() - System.nanoTime() <= 0) {
            return Optional.ofNullable(due).or(() -> Optional.of(new Attempt(numbers.getAndIncrement(), 0, 0)));
        }
        waiting.add(due);
        return waiting.size() < WAITING_MAX ? Optional.of(new Attempt(numbers.getAndIncrement(), 0, 0)) : Optional.empty();
    }

    private void start(Attempt attempt)
    {
        open.incrementAndGet();
        Thread.startVirtualThread(() -> {
            try {
                send(attempt);
            }
            finally {
                open.decrementAndGet();
            }
        });
    }

    private void send(Attempt attempt)
    {
        int number = attempt.number();
        requests.incrementAndGet();
        try {
            Transport transport = number % 4 == 3 ? Transport.HTTP : Transport.GRPC;
            Answer answer = clients.get(number % clients.size()).send(sample(number).signal(), request(number), transport, DEADLINE);
            switch (answer.kind()) {
                case ACKNOWLEDGED -> {
                    acknowledged.add(number);
                    return;
                }
                case RETRYABLE -> refusals.computeIfAbsent(NUMBERS.matcher(answer.text()).replaceAll("N"), _ -> new AtomicLong()).incrementAndGet();
                case SILENT -> silences.incrementAndGet();
                case FINAL -> finalAnswers.add("%s: %s".formatted(sample(number).signal().name(), answer.text()));
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        waiting.add(attempt.next());
    }

    private static SignalSample sample(int number)
    {
        return SignalSample.ALL.get(number % SignalSample.ALL.size());
    }

    private byte[] request(int number)
    {
        SignalSample sample = sample(number);
        List<ByteString> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(sample.record().apply(text(number, i), startNanos + number).toByteString());
        }
        return sample.request(records);
    }

    private static String text(int number, int record)
    {
        return "flood-%s-%s-".formatted(number, record) + PADDING;
    }

    /**
     * Sends what waits until all is acknowledged.
     */
    void drain(int openMax)
            throws Exception
    {
        awaitAnswers();
        while (!waiting.isEmpty()) {
            for (Attempt attempt = waiting.poll(); attempt != null; attempt = waiting.poll()) {
                eventually("there is an answer", () -> open.get() < openMax);
                start(attempt);
            }
            awaitAnswers();
        }
    }

    static int requestBytes()
    {
        return RECORDS * (PADDING.length() + 40);
    }

    void stop()
    {
        stopped = true;
    }

    long requests()
    {
        return requests.get();
    }

    /**
     * How often it was asked to send again, by reason.
     */
    Map<String, Long> refusals()
    {
        Map<String, Long> counts = new TreeMap<>();
        refusals.forEach((reason, count) -> counts.put(reason, count.get()));
        return counts;
    }

    long silences()
    {
        return silences.get();
    }

    int acknowledgedRequests()
    {
        return acknowledged.size();
    }

    Set<String> finalAnswers()
    {
        return finalAnswers;
    }

    /**
     * Key of each record of the acknowledged requests, see {@link StoredSignals#key}.
     */
    List<String> acknowledged()
    {
        return acknowledged.stream().flatMap(number -> keys(number).stream()).toList();
    }

    /**
     * Key of each record.
     */
    List<String> sent()
    {
        List<String> sent = new ArrayList<>();
        for (int number = 0; number < numbers.get(); number++) {
            sent.addAll(keys(number));
        }
        return sent;
    }

    private static List<String> keys(int number)
    {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            keys.add(StoredSignals.key(sample(number), text(number, i)));
        }
        return keys;
    }
}
