package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.log.CatalogTail.Known;
import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.log.RecordWriter.Contention;
import io.icegate.catalog.log.RecordWriter.Outcome;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.objectstore.ObjectStoreAccessException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Commits in groups. Callers queue their changes; one thread puts as many as fit into the next record.
 *
 * <p>Each round runs every queued function, in order, on a working copy of the newest known state, and offers the result
 * as one record. A function that throws or changes nothing gets its answer only from a state that was read after it was
 * queued and that holds nothing unsettled. Until then it stays at the head of the queue. After a lost round all functions
 * run again, on the state that won. A transaction is offered to a slot only once the slot before is known to hold another
 * record. So it cannot stand in two slots.
 */
final class CommitQueue
        implements AutoCloseable
{
    static final int QUEUED_MAX = 16_384;
    static final int YIELD_WINS = 8;
    private static final int TURNS_MAX = 16;
    private static final int TURNS_PER_ROUND_TRIP = 10;
    /**
     * A slower one, as of a store that did not answer for a while, makes nobody wait longer.
     */
    private static final Duration ROUND_TRIP_MAX = Duration.ofMillis(100);
    private static final int BATCH_MAX = 1024;
    private static final long IDLE_MILLIS = 10_000;
    /**
     * Upper bound of what a record holds beside its transactions.
     */
    private static final int RECORD_OVERHEAD_BYTES = 512;

    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final UUID writer;
    private final CatalogTail tail;
    private final RecordWriter records;
    private final ClockCheck clockCheck;
    private final CheckpointWriter checkpoints;
    private final Object monitor = new Object();
    // guarded by the monitor
    private final Deque<Pending> queue = new ArrayDeque<>();
    private boolean running;
    private boolean closed;
    // of the committer's thread
    private int winsInRow;
    private int lossesInRow;
    private Duration roundTrip = Duration.ZERO;

    CommitQueue(RecordStore store, CatalogEnvironment environment, CatalogFormat format, UUID writer, CatalogTail tail, ClockCheck clockCheck, CheckpointWriter checkpoints)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.writer = writer;
        this.tail = tail;
        this.records = new RecordWriter(store, environment, format, tail);
        this.clockCheck = clockCheck;
        this.checkpoints = checkpoints;
    }

    /**
     * Blocks until the outcome is known, or known to stay unknown.
     *
     * @param change a pure function; it runs any number of times, on the committer's thread
     * @throws CommitStateUnknownException when it may or may not be committed; every other exception means that it is not
     */
    CatalogCommitResult commit(String id, Optional<String> digest, Function<CatalogState, List<CatalogChange>> change)
    {
        Pending pending = new Pending(id, digest, change, environment.now());
        try {
            enqueue(pending);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot commit to the catalog: interrupted", e);
        }
        try {
            return pending.result.get();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommitStateUnknownException("Cannot tell whether the catalog commit succeeded: interrupted", e);
        }
        catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("Cannot commit to the catalog", e.getCause());
        }
    }

    private void enqueue(Pending pending)
            throws InterruptedException
    {
        synchronized (monitor) {
            while (queue.size() >= QUEUED_MAX && !closed) {
                monitor.wait();
            }
            if (closed) {
                throw new IllegalStateException("Cannot commit to the catalog: it is closed");
            }
            if (!running) {
                environment.threads().start("icegate-catalog-committer", this::run); // if it fails nothing is queued, the next caller tries again
                running = true;
            }
            queue.add(pending);
            monitor.notifyAll();
        }
    }

    /**
     * Reads what a transaction did from the record that holds it.
     *
     * @throws UnprocessableEntityException when the id was used for another request
     */
    CatalogCommitResult committed(String id, Optional<String> digest, long version)
    {
        List<FetchedRecord> found = store.records(version, 1);
        CatalogTransaction committed = found.stream()
                .flatMap(fetched -> fetched.record().transactions().stream())
                .filter(transaction -> transaction.id().equals(id))
                .findFirst()
                .orElseThrow(() -> tail.collected(version));
        if (!committed.digest().equals(digest)) {
            throw new UnprocessableEntityException("Cannot commit transaction %s again: it was another request", id);
        }
        return new CatalogCommitResult(version, committed.changes(), true);
    }

    int queuedCount()
    {
        synchronized (monitor) {
            return queue.size();
        }
    }

    /**
     * Commits what was queued, then ends.
     */
    @Override
    public void close()
    {
        synchronized (monitor) {
            closed = true;
            monitor.notifyAll();
            try {
                while (running) {
                    monitor.wait();
                }
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run()
    {
        List<Pending> batch = new ArrayList<>();
        while (awaitWork()) {
            try {
                commitAll(batch);
            }
            catch (Throwable e) { // callers wait for an answer, also after an Error
                batch.forEach(pending -> pending.result.completeExceptionally(new CommitStateUnknownException(e)));
            }
            batch.clear();
        }
    }

    /**
     * Returns false when the thread should end: nothing came for a while, or the queue is closed and empty.
     */
    private boolean awaitWork()
    {
        synchronized (monitor) {
            try {
                if (queue.isEmpty() && !closed) {
                    monitor.wait(IDLE_MILLIS);
                }
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // not ours to be interrupted: end, the next caller starts another
            }
            running = !queue.isEmpty();
            monitor.notifyAll();
            return running;
        }
    }

    private void drainTo(List<Pending> batch)
    {
        synchronized (monitor) {
            while (batch.size() < BATCH_MAX && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            monitor.notifyAll();
        }
    }

    private void commitAll(List<Pending> batch)
    {
        drainTo(batch);
        while (!batch.isEmpty()) {
            Known from;
            try {
                from = tail.usable();
                verifyClock();
            }
            catch (RuntimeException e) { // nothing of this batch was offered to a slot whose content is not known
                batch.forEach(pending -> pending.result.completeExceptionally(e));
                batch.clear();
                return;
            }
            Round round = new Round(from);
            round.fill(batch);
            if (round.included.isEmpty()) {
                refreshFor(batch);
            }
            else {
                round.offer(batch);
            }
            drainTo(batch);
        }
    }

    /**
     * Reads a newer state for callers whose answer needs one.
     */
    private void refreshFor(List<Pending> batch)
    {
        if (batch.isEmpty()) {
            return;
        }
        try {
            tail.refreshed(environment.now());
        }
        catch (RuntimeException e) {
            batch.forEach(pending -> pending.result.completeExceptionally(e));
            batch.clear();
        }
    }

    private void verifyClock()
    {
        if (!clockCheck.hasPassed(environment.now(), format.fence())) {
            store.compareClocks();
        }
        clockCheck.verify();
    }

    /**
     * Lets other processes commit after many wins in a row, if there are any.
     */
    private void yield(Duration pause)
    {
        winsInRow++;
        if (winsInRow >= YIELD_WINS) {
            winsInRow = 0;
            if (tail.foreignWriters() > 0) {
                environment.sleep(pause);
            }
        }
    }

    /**
     * Who lost more often goes first: a process waits a tenth of a round trip for each loss that it has less than there are
     * others, and offers nothing when the slot is taken meanwhile. So each commits after about as many records as there
     * are processes.
     */
    private Contention contention()
    {
        int others = Math.min(tail.foreignWriters(), TURNS_MAX);
        if (others == 0) {
            return Contention.NONE;
        }
        Duration usual = roundTrip.compareTo(ROUND_TRIP_MAX) < 0 ? roundTrip : ROUND_TRIP_MAX;
        return new Contention(true, usual.multipliedBy(Math.max(0, others - lossesInRow)).dividedBy(TURNS_PER_ROUND_TRIP));
    }

    /**
     * One attempt at one record.
     */
    private final class Round
    {
        private final Known from;
        private final List<Pending> included = new ArrayList<>();
        private final List<CatalogTransaction> transactions = new ArrayList<>();
        private final List<byte[]> contents = new ArrayList<>();
        private final Set<String> ids = new HashSet<>();
        private CatalogState working;
        private int size = RECORD_OVERHEAD_BYTES;

        private Round(Known from)
        {
            this.from = from;
            this.working = from.state();
        }

        private void fill(List<Pending> batch)
        {
            for (Iterator<Pending> remaining = batch.iterator(); remaining.hasNext(); ) {
                Pending pending = remaining.next();
                if (included.size() == CatalogRecord.TRANSACTIONS_MAX) {
                    return;
                }
                Optional<Long> earlier = from.state().transactions().version(pending.id);
                if (earlier.isPresent()) {
                    answerAgain(pending, earlier.orElseThrow());
                    remaining.remove();
                    continue;
                }
                if (ids.contains(pending.id)) {
                    continue; // the same transaction twice in this record: the second is answered from the first
                }
                try {
                    if (!include(pending)) {
                        return;
                    }
                }
                catch (NothingToDo e) {
                    if (isFinal(pending)) {
                        pending.result.complete(new CatalogCommitResult(from.state().version(), List.of(), false));
                        remaining.remove();
                    }
                }
                catch (RuntimeException | Error e) {
                    if (isFinal(pending)) {
                        pending.result.completeExceptionally(e);
                        remaining.remove();
                    }
                }
            }
        }

        private boolean isFinal(Pending pending)
        {
            return included.isEmpty() && pending.queued.isBefore(from.tailSeen());
        }

        private boolean include(Pending pending)
                throws NothingToDo
        {
            List<CatalogChange> changes = pending.change.apply(working);
            if (changes.isEmpty()) {
                throw new NothingToDo();
            }
            CatalogTransaction transaction = new CatalogTransaction(pending.id, pending.digest, changes);
            byte[] content = CatalogRecordParser.transaction(transaction);
            if (RECORD_OVERHEAD_BYTES + content.length > CatalogRecord.BYTES_MAX) {
                throw new IllegalArgumentException("Cannot commit to the catalog: a transaction of %s bytes exceeds a record of %s".formatted(content.length, CatalogRecord.BYTES_MAX));
            }
            if (size + content.length + 1 > CatalogRecord.BYTES_MAX) {
                return false;
            }
            working = working.with(changes);
            size += content.length + 1;
            included.add(pending);
            transactions.add(transaction);
            contents.add(content);
            ids.add(pending.id);
            return true;
        }

        private void offer(List<Pending> batch)
        {
            Moment began = environment.now();
            long timestampMillis = Math.max(from.state().timestampMillis() + 1, environment.clock().millis());
            CatalogRecord record = new CatalogRecord(from.state().version() + 1, environment.newId(), writer, timestampMillis, transactions);
            byte[] content = CatalogRecordParser.toJson(record, contents);
            CatalogState after = working.closed(record, format.idempotencyWindow());
            Contention contention = contention();
            Outcome outcome;
            tail.recordUnderWay(true);
            try {
                outcome = records.write(from, record, content, after, contention);
            }
            catch (ObjectStoreAccessException e) {
                batch.removeAll(included);
                included.forEach(pending -> pending.result.completeExceptionally(e));
                return;
            }
            catch (RuntimeException | Error e) {
                batch.removeAll(included);
                included.forEach(pending -> pending.result.completeExceptionally(new CommitStateUnknownException(e)));
                return;
            }
            finally {
                tail.recordUnderWay(false);
            }
            switch (outcome) {
                case COMMITTED -> {
                    batch.removeAll(included);
                    for (int i = 0; i < included.size(); i++) {
                        included.get(i).result.complete(new CatalogCommitResult(record.version(), transactions.get(i).changes(), false));
                    }
                    checkpoints.committed(after);
                    lossesInRow = 0;
                    roundTrip = environment.since(began).minus(contention.turn());
                    CommitQueue.this.yield(roundTrip);
                }
                case LOST -> {
                    winsInRow = 0;
                    lossesInRow++;
                }
                case UNKNOWN -> {
                    batch.removeAll(included);
                    included.forEach(pending -> pending.result.completeExceptionally(new CommitStateUnknownException(
                            new IOException("Cannot tell whether catalog record %s was committed: the store did not answer for %s".formatted(record.version(), RecordWriter.SETTLE_MAX)))));
                }
            }
        }

        /**
         * Answers a transaction that was committed before from its record.
         */
        private void answerAgain(Pending pending, long version)
        {
            try {
                pending.result.complete(committed(pending.id, pending.digest, version));
            }
            catch (RuntimeException e) {
                pending.result.completeExceptionally(e);
            }
        }
    }

    @SuppressWarnings("serial")
    private static final class NothingToDo
            extends Exception {}

    private static final class Pending
    {
        private final String id;
        private final Optional<String> digest;
        private final Function<CatalogState, List<CatalogChange>> change;
        private final Moment queued;
        private final CompletableFuture<CatalogCommitResult> result = new CompletableFuture<>();

        private Pending(String id, Optional<String> digest, Function<CatalogState, List<CatalogChange>> change, Moment queued)
        {
            this.id = id;
            this.digest = digest;
            this.change = change;
            this.queued = queued;
        }
    }
}
