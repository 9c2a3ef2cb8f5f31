package io.icegate.objectstore.fault;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.StoreOperation;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A store that is far away: every request takes its time, half of it on the way there and half on the way back. For
 * benchmarks on one machine.
 */
public final class LatencyObjectStore
        extends ObjectStoreDecorator
{
    private final Map<StoreOperation, Duration> latencies;
    private final Sleeper sleeper;

    /**
     * @param latencies by operation; those that are missing are not delayed
     */
    public LatencyObjectStore(ObjectStore store, Map<StoreOperation, Duration> latencies, Sleeper sleeper)
    {
        super(store);
        this.latencies = Map.copyOf(latencies);
        this.sleeper = requireNonNull(sleeper, "sleeper is null");
    }

    /**
     * Reads, heads and listings take {@code get}; writes and deletions take {@code put}.
     */
    public static LatencyObjectStore of(ObjectStore store, Duration get, Duration put)
    {
        Map<StoreOperation, Duration> latencies = new EnumMap<>(StoreOperation.class);
        for (StoreOperation operation : StoreOperation.values()) {
            latencies.put(operation, switch (operation) {
                case GET, READ, LIST, HEAD -> get;
                case PUT_IF_ABSENT, PUT, DELETE -> put;
            });
        }
        return new LatencyObjectStore(store, latencies, Sleeper.system());
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        try {
            travel(operation);
            T answer = request.send();
            travel(operation);
            return answer;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Cannot %s %s: interrupted".formatted(operation, keys));
        }
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        try {
            travel(StoreOperation.PUT_IF_ABSENT);
            PutOutcome outcome = request.send();
            travel(StoreOperation.PUT_IF_ABSENT);
            return outcome;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return PutOutcome.UNKNOWN;
        }
    }

    private void travel(StoreOperation operation)
            throws InterruptedException
    {
        Duration latency = latencies.getOrDefault(operation, Duration.ZERO);
        if (!latency.isZero()) {
            sleeper.sleep(latency.dividedBy(2));
        }
    }
}
