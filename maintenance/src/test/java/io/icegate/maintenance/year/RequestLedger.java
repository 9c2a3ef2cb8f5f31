package io.icegate.maintenance.year;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.ObjectTail;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.SegmentKey;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/**
 * Counts the requests of everything that the model does, by what they are for, and lets some of them fail. A failed request
 * is counted; what it spoiled is left out of the averages, so that a curve shows the work and not the dice.
 */
final class RequestLedger
        extends ObjectStoreDecorator
{
    /**
     * Kinds of requests as stores charge for them. Those for segments that wait are told apart: there are as many of them as
     * segments.
     */
    enum Kind
    {
        PUT,
        LIST,
        GET,
        HEAD,
        DELETE,
        SEGMENT_PUT,
        SEGMENT_GET,
    }

    /**
     * What the model does.
     */
    enum Action
    {
        START,
        APPEND,
        HEARTBEAT,
        FOLLOW,
        LEASE,
        COMMIT,
        COLLECT,
        UPKEEP,
        PLAN,
        PLAN_AGAIN,
        IDLE,
        OTHER,
    }

    /**
     * A client of S3 repeats what may be repeated. Conditional writes may not.
     */
    private static final int CLIENT_ATTEMPTS = 2;

    private final Random random;
    private final double failures;
    private final Map<Action, Counts> days = new EnumMap<>(Action.class);
    private Counts running = new Counts();
    private boolean spoiled;
    private Predicate<ObjectKey> ignored = _key -> false;

    /**
     * Sums of one kind of action.
     */
    static final class Counts
    {
        private final Map<Kind, Long> requests = new EnumMap<>(Kind.class);
        private long actions;
        private long bytes;

        private void add(Counts other)
        {
            other.requests.forEach((kind, count) -> requests.merge(kind, count, Long::sum));
            actions += other.actions;
            bytes += other.bytes;
        }

        long actions()
        {
            return actions;
        }

        /**
         * Mean of one action.
         */
        double mean(Kind kind)
        {
            return actions == 0 ? 0 : (double) requests.getOrDefault(kind, 0L) / actions;
        }

        /**
         * Mean requests of one action beside those for segments.
         */
        double meanRequests()
        {
            return mean(Kind.PUT) + mean(Kind.LIST) + mean(Kind.GET) + mean(Kind.HEAD) + mean(Kind.DELETE);
        }

        double meanBytes()
        {
            return actions == 0 ? 0 : (double) bytes / actions;
        }
    }

    /**
     * @param failures share of the requests that fail
     */
    RequestLedger(ObjectStore store, long seed, double failures)
    {
        super(store);
        this.random = new Random(seed);
        this.failures = failures;
    }

    /**
     * Does something and counts what it asks of the store, beside what is counted inside it.
     *
     * @return false when a request failed meanwhile
     */
    boolean count(Action action, Runnable run)
    {
        Counts outer;
        boolean outerSpoiled;
        synchronized (this) {
            outer = running;
            outerSpoiled = spoiled;
            running = new Counts();
            spoiled = false;
        }
        try {
            run.run();
        }
        catch (RuntimeException e) {
            synchronized (this) {
                if (!spoiled) {
                    throw e;
                }
            }
        }
        synchronized (this) {
            boolean counted = !spoiled || action == Action.UPKEEP;
            if (counted) {
                running.actions = 1;
                days.computeIfAbsent(action, _action -> new Counts()).add(running);
            }
            running = outer;
            spoiled = outerSpoiled;
            return counted;
        }
    }

    /**
     * Leaves requests for some objects out of the counts.
     */
    synchronized void ignore(Predicate<ObjectKey> keys)
    {
        ignored = keys;
    }

    /**
     * What was done since the last call.
     */
    synchronized Map<Action, Counts> takeDay()
    {
        Map<Action, Counts> day = new EnumMap<>(days);
        days.clear();
        return day;
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        for (int attempt = 1; ; attempt++) {
            count(operation, keys);
            if (!fails()) {
                break;
            }
            if (operation == StoreOperation.PUT && coin()) {
                request.send();
            }
            if (attempt == CLIENT_ATTEMPTS) {
                throw new IOException("the store does not answer");
            }
        }
        T answer = request.send();
        if (answer instanceof Optional<?> found && found.isEmpty()) {
            absent(operation, keys);
        }
        if (answer instanceof Optional<?> found && found.isPresent() && found.orElseThrow() instanceof ObjectTail tail) {
            bytes(keys, tail.content().length);
        }
        if (answer instanceof StoredObject object) {
            bytes(keys, object.content().length);
        }
        if (answer instanceof ListPage page) {
            bytes(keys, page.objects().size());
        }
        return answer;
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        count(StoreOperation.PUT_IF_ABSENT, List.of(key));
        bytes(List.of(key), content.length);
        if (!fails()) {
            return request.send();
        }
        if (coin()) {
            request.send();
        }
        return PutOutcome.UNKNOWN;
    }

    private static Kind kind(StoreOperation operation, List<ObjectKey> keys)
    {
        boolean segment = !keys.isEmpty() && SegmentKey.parse(keys.get(0)).isPresent();
        return switch (operation) {
            case GET, READ -> segment ? Kind.SEGMENT_GET : Kind.GET;
            case PUT, PUT_IF_ABSENT -> segment ? Kind.SEGMENT_PUT : Kind.PUT;
            case LIST -> Kind.LIST;
            case HEAD -> Kind.HEAD;
            case DELETE -> Kind.DELETE;
        };
    }

    private synchronized void count(StoreOperation operation, List<ObjectKey> keys)
    {
        if (isCounted(keys)) {
            running.requests.merge(kind(operation, keys), 1L, Long::sum);
        }
    }

    /**
     * An answer that a segment is not there is no segment read: there are as many of them as questions.
     */
    private synchronized void absent(StoreOperation operation, List<ObjectKey> keys)
    {
        if (isCounted(keys) && kind(operation, keys) == Kind.SEGMENT_GET) {
            running.requests.merge(Kind.SEGMENT_GET, -1L, Long::sum);
            running.requests.merge(Kind.GET, 1L, Long::sum);
        }
    }

    private synchronized void bytes(List<ObjectKey> keys, long count)
    {
        if (isCounted(keys)) {
            running.bytes += count;
        }
    }

    private synchronized boolean isCounted(List<ObjectKey> keys)
    {
        return keys.isEmpty() || !ignored.test(keys.get(0));
    }

    private synchronized boolean fails()
    {
        boolean fails = random.nextDouble() < failures;
        spoiled |= fails;
        return fails;
    }

    private synchronized boolean coin()
    {
        return random.nextBoolean();
    }
}
