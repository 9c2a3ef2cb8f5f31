package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.log.CatalogTail.Known;
import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.log.RecordWriter.Contention;
import io.icegate.catalog.log.RecordWriter.Decision;
import io.icegate.catalog.log.RecordWriter.Offer;
import io.icegate.catalog.log.RecordWriter.Slot;
import io.icegate.catalog.log.Turns.Turn;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectStoreAccessException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.jspecify.annotations.Nullable;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * Commits in groups. Callers queue their changes; one thread puts as many as fit into the next record.
 *
 * <p>Each round runs every queued function, in order, on a working copy of the newest known state, and offers the result
 * as one record. A function that throws or changes nothing gets its answer only from a state that was read after it was
 * queued and that holds nothing unsettled. Until then it stays at the head of the queue. After a lost round all functions
 * run again, on the state that won. A transaction is offered to another slot only once it is known that the first one holds
 * another record, or that the transaction is void there. So it cannot take effect twice.
 *
 * <p>While a record is on its way the next one is offered ahead, if it only moves tables: each of its transactions takes effect
 * if its tables are then where it expects them. Among several processes each offers one record at a time, some of them ahead of
 * one another.
 */
final class CommitQueue
        implements AutoCloseable
{
    static final int QUEUED_MAX = 16_384;
    /**
     * So many records of this process are on their way at the same time.
     */
    static final int UNDER_WAY_MAX = 3;
    private static final int BATCH_MAX = 1024;
    private static final long IDLE_MILLIS = 10_000;
    /**
     * Upper bound of what a record holds beside its transactions.
     */
    private static final int RECORD_OVERHEAD_BYTES = 512;

    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final CatalogWriter writer;
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
    private final Deque<Round> underWay = new ArrayDeque<>();
    /**
     * Somebody waits whose answer needs a state without anything unsettled.
     */
    private boolean mustSettle;
    private final Turns turns = new Turns();

    CommitQueue(RecordStore store, CatalogEnvironment environment, CatalogFormat format, CatalogWriter writer, CatalogTail tail, ClockCheck clockCheck, CheckpointWriter checkpoints)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.writer = writer;
        this.tail = tail;
        this.records = new RecordWriter(store, environment, format, writer, tail);
        this.clockCheck = clockCheck;
        this.checkpoints = checkpoints;
    }

    /**
     * Blocks until the outcome is known, or known to stay unknown.
     *
     * @param scope what the change looks at
     * @param change a pure function; it runs any number of times, on the committer's thread
     * @throws CommitStateUnknownException when it may or may not be committed; every other exception means that it is not
     */
    CatalogCommitResult commit(String id, Optional<String> digest, ChangeScope scope, Function<CatalogState, List<CatalogChange>> change)
    {
        Pending pending = new Pending(id, digest, scope, change, environment.now());
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
                underWay.forEach(round -> batch.addAll(round.included));
                underWay.clear();
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

    /**
     * Works until nothing waits and nothing is on its way. What is in a round is not in the batch.
     */
    private void commitAll(List<Pending> batch)
    {
        drainTo(batch);
        turns.begin();
        while (!batch.isEmpty() || !underWay.isEmpty()) {
            if (underWay.isEmpty()) {
                offerNext(batch);
            }
            else if (!batch.isEmpty() && isAheadOpen() && aheadPause().isZero()) {
                offerAhead(batch);
            }
            if (!underWay.isEmpty() && awaitChange(batch)) {
                underWay.remove().decide(batch);
            }
            drainTo(batch);
        }
    }

    private void offerNext(List<Pending> batch)
    {
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
        Round round = new Round(from, from.state(), 0);
        mustSettle = !round.fill(batch);
        if (round.included.isEmpty()) {
            refreshFor(batch);
        }
        else {
            underWay.add(round);
            round.start(round.takeTurn());
        }
    }

    /**
     * Whether a record may be offered before those under way are settled: nobody waits for that, nobody else commits, and the clocks
     * were compared not long ago.
     */
    private boolean isAheadOpen()
    {
        return !mustSettle && underWay.size() < UNDER_WAY_MAX && tail.foreignWriters() == 0 && clockCheck.hasPassed(environment.now(), format.fence());
    }

    /**
     * Time until the next record ahead, so that those under way are spread over the time that one takes.
     */
    private Duration aheadPause()
    {
        Duration pause = turns.usualRoundTrip().dividedBy(UNDER_WAY_MAX).minus(environment.since(underWay.getLast().began));
        return pause.toMillis() <= 0 ? Duration.ZERO : pause;
    }

    private void offerAhead(List<Pending> batch)
    {
        Round last = underWay.getLast();
        Known known = tail.newest(last.from);
        long ahead = last.record().version() - known.state().version();
        if (tail.isStale(known) || ahead < 0 || ahead > CatalogRecord.AHEAD_MAX || !batch.stream().allMatch(Pending::mayGoAhead)) {
            mustSettle = true;
            return;
        }
        Round round = new Round(known, last.after(), (int) ahead);
        mustSettle = !round.fill(batch);
        if (!round.included.isEmpty()) {
            underWay.add(round);
            round.start(Contention.NONE);
        }
    }

    /**
     * Waits until the first record under way is settled, or until another one may be offered.
     *
     * @return whether the first one is settled
     */
    private boolean awaitChange(List<Pending> batch)
    {
        boolean interrupted = false;
        boolean aheadOpen = isAheadOpen();
        try {
            synchronized (monitor) {
                while (!underWay.element().settled) {
                    long millis = 0; // for ever
                    if (aheadOpen && !(batch.isEmpty() && queue.isEmpty())) {
                        Duration pause = aheadPause();
                        if (pause.isZero()) {
                            return false;
                        }
                        millis = pause.toMillis();
                    }
                    try {
                        monitor.wait(millis);
                    }
                    catch (InterruptedException e) {
                        interrupted = true; // not ours to be interrupted: what is on its way must be settled
                    }
                }
                return true;
            }
        }
        finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
     * One record, from its transactions to their answers.
     */
    private final class Round
    {
        private final Known from;
        private final CatalogState base;
        private final List<Pending> included = new ArrayList<>();
        private final List<CatalogTransaction> transactions = new ArrayList<>();
        private final List<byte[]> contents = new ArrayList<>();
        private final Set<String> ids = new HashSet<>();
        private final Moment began = environment.now();
        private int ahead;
        private CatalogState working;
        private int size = RECORD_OVERHEAD_BYTES;
        private @Nullable Offer offer;
        private @Nullable CatalogState after;
        // guarded by the monitor
        private boolean settled;
        private @Nullable Slot slot;
        private @Nullable Throwable failure;
        private Duration placingTime = Duration.ZERO;

        /**
         * @param base what the transactions are made on: the state that is known, or what it will be after the records under way
         * @param ahead how many records are between the known state and this one
         */
        private Round(Known from, CatalogState base, int ahead)
        {
            this.from = from;
            this.base = base;
            this.working = base;
            this.ahead = ahead;
        }

        private CatalogRecord record()
        {
            return requireNonNull(offer, "offer is null").record();
        }

        private CatalogState after()
        {
            return requireNonNull(after, "after is null");
        }

        /**
         * Moves what fits from the batch into this record.
         *
         * @return false when something stays that needs a state without anything unsettled
         */
        private boolean fill(List<Pending> batch)
        {
            boolean all = true;
            for (Iterator<Pending> remaining = batch.iterator(); remaining.hasNext(); ) {
                Pending pending = remaining.next();
                if (included.size() == CatalogRecord.TRANSACTIONS_MAX) {
                    return all;
                }
                Optional<Long> earlier = base.transactions().version(pending.id);
                if (earlier.isPresent() && ahead == 0) {
                    answerAgain(pending, earlier.orElseThrow());
                    remaining.remove();
                    continue;
                }
                if (earlier.isPresent() || ids.contains(pending.id)) {
                    all = false; // the same transaction twice: the second is answered from the first
                    continue;
                }
                try {
                    if (!include(pending)) {
                        return all;
                    }
                    remaining.remove();
                }
                catch (NothingToDo e) {
                    all = false;
                    if (isFinal(pending)) {
                        pending.result.complete(new CatalogCommitResult(from.state().version(), List.of(), false));
                        remaining.remove();
                    }
                }
                catch (RuntimeException | Error e) {
                    all = false;
                    if (isFinal(pending)) {
                        pending.result.completeExceptionally(e);
                        remaining.remove();
                    }
                }
            }
            return all;
        }

        private boolean isFinal(Pending pending)
        {
            return ahead == 0 && included.isEmpty() && pending.queued.isBefore(from.tailSeen());
        }

        private boolean include(Pending pending)
                throws NothingToDo
        {
            List<CatalogChange> changes = pending.change.apply(working);
            if (changes.isEmpty()) {
                throw new NothingToDo();
            }
            CatalogTransaction transaction = new CatalogTransaction(pending.id, pending.digest, changes);
            if (ahead > 0 && !transaction.onlyMoves()) {
                throw new IllegalStateException("not before the records in front of it are known");
            }
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

        private Contention takeTurn()
        {
            Turn turn = turns.next(from.state().version(), tail.foreignWriters(), tail.takeAnnouncement());
            if (included.stream().allMatch(Pending::mayGoAhead) && transactions.stream().allMatch(CatalogTransaction::onlyMoves)) {
                ahead = turn.behind();
            }
            else if (turn.announces()) {
                turns.announced(from.state().version() + 1 + turn.behind());
                records.announce(from, turn.behind());
            }
            return turn.contention();
        }

        private void start(Contention contention)
        {
            long timestampMillis = Math.max(base.timestampMillis() + 1, environment.clock().millis());
            long version = from.state().version() + 1 + ahead;
            CatalogRecord record = new CatalogRecord(version, environment.newId(), writer, timestampMillis, ahead, transactions);
            Offer offered = new Offer(from, record, CatalogRecordParser.toJson(record, contents), contention);
            offer = offered;
            after = working.closed(record, format.idempotencyWindow());
            tail.recordsUnderWay(underWay.size());
            store.aside(() -> {
                place(offered);
                return true;
            });
        }

        private void place(Offer offered)
        {
            Moment placing = environment.now();
            Slot found = null;
            Throwable thrown = null;
            try {
                found = records.place(offered);
            }
            catch (RuntimeException | Error e) {
                thrown = e;
            }
            Duration time = environment.since(placing).minus(offered.contention().turn());
            synchronized (monitor) {
                slot = found;
                failure = thrown;
                placingTime = time;
                settled = true;
                monitor.notifyAll();
            }
        }

        /**
         * Answers callers, or puts them back to the head of the batch.
         */
        private void decide(List<Pending> batch)
        {
            Decision decision;
            try {
                decision = decision();
            }
            catch (ObjectStoreAccessException e) {
                included.forEach(pending -> pending.result.completeExceptionally(e));
                return;
            }
            finally {
                tail.recordsUnderWay(underWay.size()); // who has an answer reads no slot in vain
            }
            switch (decision.outcome()) {
                case COMMITTED -> committed(decision, batch);
                case LOST -> {
                    turns.lost();
                    batch.addAll(0, included);
                }
                case UNKNOWN -> included.forEach(pending -> pending.result.completeExceptionally(new CommitStateUnknownException(decision.failure()
                        .orElseGet(() -> new IOException("Cannot tell whether catalog record %s was committed: the store did not answer for %s".formatted(record().version(), RecordWriter.SETTLE_MAX))))));
            }
        }

        /**
         * @throws ObjectStoreAccessException when the store refused the record; what it refuses later, when it is asked what became of
         *         it, leaves that unknown
         */
        private Decision decision()
        {
            Slot found;
            synchronized (monitor) {
                if (failure instanceof ObjectStoreAccessException refused) {
                    throw refused;
                }
                if (failure != null) {
                    return Decision.unknown(failure);
                }
                found = requireNonNull(slot, "slot is null");
            }
            try {
                return records.decide(requireNonNull(offer, "offer is null"), found);
            }
            catch (RuntimeException | Error e) {
                return Decision.unknown(e);
            }
        }

        private void committed(Decision decision, List<Pending> batch)
        {
            long version = record().version();
            List<Pending> voids = new ArrayList<>();
            for (int i = 0; i < included.size(); i++) {
                Pending pending = included.get(i);
                if (ahead == 0 || decision.after().orElseThrow().transactions().version(pending.id).equals(Optional.of(version))) {
                    pending.result.complete(new CatalogCommitResult(version, transactions.get(i).changes(), false));
                }
                else {
                    pending.wasVoid = true;
                    voids.add(pending);
                }
            }
            batch.addAll(0, voids);
            decision.after().ifPresent(checkpoints::committed);
            if (turns.won(version, placingTime) && tail.foreignWriters() > 0) {
                environment.sleep(turns.usualRoundTrip());
            }
        }

        /**
         * Answers a transaction that was committed before from its record.
         */
        private void answerAgain(Pending pending, long version)
        {
            try {
                pending.result.complete(CommitQueue.this.committed(pending.id, pending.digest, version));
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
        private final ChangeScope scope;
        private final Function<CatalogState, List<CatalogChange>> change;
        private final Moment queued;
        private final CompletableFuture<CatalogCommitResult> result = new CompletableFuture<>();

        private boolean wasVoid;

        private Pending(String id, Optional<String> digest, ChangeScope scope, Function<CatalogState, List<CatalogChange>> change, Moment queued)
        {
            this.id = id;
            this.digest = digest;
            this.scope = scope;
            this.change = change;
            this.queued = queued;
        }

        /**
         * One that was void once is not tried ahead again.
         */
        private boolean mayGoAhead()
        {
            return scope == ChangeScope.MOVED && !wasVoid;
        }
    }
}
