package io.icegate.receiver.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that send the next request when the last one is acknowledged, and a lane, in virtual time: one segment is encoded
 * at a time, some are uploading.
 */
final class ClosedLoop
{
    private static final long THINK_NANOS = Duration.ofMillis(1).toNanos();
    private static final int IN_FLIGHT_MAX = 4;

    private final WindowPolicy policy;
    private final AtomicLong clock;
    private final long encodeNanos;
    private final long putNanos;
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final List<Long> acknowledgements = new ArrayList<>();
    private List<Long> group = new ArrayList<>();
    private long seconds;
    private long order;
    private long encoderFree;
    private int open;
    private int inFlight;
    private long files;

    private record Event(long at, long order, Runnable action) {}

    ClosedLoop(WindowPolicy policy, AtomicLong clock, Duration encode, Duration put)
    {
        this.policy = policy;
        this.clock = clock;
        this.encodeNanos = encode.toNanos();
        this.putNanos = put.toNanos();
    }

    ClosedLoop run(int clients, Duration duration)
    {
        seconds = duration.toSeconds();
        long end = clock.get() + duration.toNanos();
        for (int client = 0; client < clients; client++) {
            at(clock.get() + client * THINK_NANOS / 7, this::arrive);
        }
        while (events.peek() != null && events.peek().at() <= end) {
            Event event = events.remove();
            clock.set(event.at());
            event.action().run();
        }
        clock.set(end);
        return this;
    }

    Duration acknowledgement(double percent)
    {
        List<Long> sorted = acknowledgements.stream().sorted().toList();
        return Duration.ofNanos(sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1));
    }

    long requestsPerSecond()
    {
        return acknowledgements.size() / seconds;
    }

    long files()
    {
        return files;
    }

    private void at(long nanos, Runnable action)
    {
        events.add(new Event(nanos, order++, action));
    }

    private void arrive()
    {
        open++;
        group.add(clock.get());
        look();
    }

    private void look()
    {
        if (group.isEmpty() || inFlight == IN_FLIGHT_MAX) {
            return;
        }
        long close = policy.closeNanos(group.getFirst(), open == group.size());
        if (close > clock.get()) {
            at(close, this::look);
            return;
        }
        policy.closed();
        files++;
        inFlight++;
        List<Long> segment = group;
        group = new ArrayList<>();
        encoderFree = Math.max(encoderFree, clock.get()) + encodeNanos;
        at(encoderFree + putNanos, () -> durable(segment));
    }

    private void durable(List<Long> segment)
    {
        policy.uploaded(Duration.ofNanos(putNanos));
        inFlight--;
        open -= segment.size();
        for (long sent : segment) {
            acknowledgements.add(clock.get() - sent);
            at(clock.get() + THINK_NANOS, this::arrive);
        }
        look();
    }
}
