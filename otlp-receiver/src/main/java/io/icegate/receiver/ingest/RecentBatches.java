package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.wal.BatchId;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Batches that are on their way or were acknowledged within the window, with their answers. A failed batch is forgotten, so
 * that it can be sent again. Above the bound the oldest acknowledged batch is forgotten early; commit and readers still
 * recognise it by its segment.
 */
public final class RecentBatches
{
    private static final CompletableFuture<Acknowledgement> FULL = CompletableFuture.completedFuture(Acknowledgement.FULL);

    private final long windowNanos;
    private final int batchesMax;
    private final LongSupplier nanoTime;
    private final Map<Key, CompletableFuture<Acknowledgement>> answers = new HashMap<>();
    private final ArrayDeque<Done> done = new ArrayDeque<>();

    public RecentBatches(Duration window, int batchesMax, LongSupplier nanoTime)
    {
        this.windowNanos = window.toNanos();
        this.batchesMax = batchesMax;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /**
     * The answer to the batch, now or later; empty when the batch is not known.
     */
    public synchronized Optional<CompletableFuture<Acknowledgement>> find(UUID table, BatchId id)
    {
        expire();
        return Optional.ofNullable(answers.get(new Key(table, id)));
    }

    /**
     * Registers a batch that is on its way. Of several callers with one id the first wins.
     *
     * @return empty when the caller won: it must complete the answer; else the answer of the winner
     */
    public Optional<CompletableFuture<Acknowledgement>> claim(UUID table, BatchId id, CompletableFuture<Acknowledgement> answer)
    {
        Key key = new Key(table, id);
        synchronized (this) {
            expire();
            CompletableFuture<Acknowledgement> winner = answers.putIfAbsent(key, answer);
            if (winner != null) {
                return Optional.of(winner);
            }
        }
        answer.whenComplete((acknowledgement, failure) -> {
            if (failure == null) {
                acknowledged(key, acknowledgement.isFull() ? FULL : answer);
            }
            else {
                forget(key);
            }
        });
        return Optional.empty();
    }

    public synchronized int size()
    {
        return answers.size();
    }

    private synchronized void acknowledged(Key key, CompletableFuture<Acknowledgement> answer)
    {
        answers.put(key, answer);
        done.add(new Done(key, nanoTime.getAsLong()));
        expire();
    }

    private synchronized void forget(Key key)
    {
        answers.remove(key);
    }

    private void expire()
    {
        long now = nanoTime.getAsLong();
        while (!done.isEmpty() && (done.size() > batchesMax || now - done.peek().nanos() > windowNanos)) {
            answers.remove(done.remove().key());
        }
    }

    /**
     * Names the table too, because a batch in one table may be missing in a later table of the same name.
     */
    private record Key(UUID table, BatchId id) {}

    private record Done(Key key, long nanos) {}
}
