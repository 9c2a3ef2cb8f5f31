package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.objectstore.ClockOffException;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static io.icegate.catalog.log.LogFixture.location;
import static io.icegate.catalog.log.LogFixture.pointer;

/**
 * Processes that move amounts between accounts, two in one transaction, and readers that look on; afterwards what they
 * were told is held against what the log has. An account is a table whose pointer says {@code <transaction>:<balance>}.
 *
 * <p>H1 what was acknowledged is in the log exactly once; H2 what was refused is not; H3 the log has no gaps; H4 the
 * accounts add up in every state that anybody saw; H5 no reader sees time run backwards, nor misses what was acknowledged
 * before it asked; H6 what is unknown is there once or not at all.
 */
final class CatalogHistory
{
    private static final int ACCOUNTS = 6;
    private static final long TOTAL = ACCOUNTS * 1000L;

    private final List<CatalogLog> processes;
    private final int readers;
    private final int writersPerProcess;
    private final int transfersPerWriter;
    private final long seed;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private final AtomicLong newestAcknowledged = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();

    CatalogHistory(List<CatalogLog> processes, int readers, int writersPerProcess, int transfersPerWriter, long seed)
    {
        this.processes = List.copyOf(processes);
        this.readers = readers;
        this.writersPerProcess = writersPerProcess;
        this.transfersPerWriter = transfersPerWriter;
        this.seed = seed;
    }

    /**
     * Runs everything.
     */
    void run()
    {
        run(List.of());
    }

    /**
     * @param beside what is done again and again meanwhile, each by a thread of its own
     */
    void run(List<Runnable> beside)
    {
        processes.get(0).commit("setup", Optional.empty(), state -> {
            List<CatalogChange> changes = new ArrayList<>();
            for (int account = 0; account < ACCOUNTS; account++) {
                changes.add(pointer(state, account, "setup:1000"));
            }
            return changes;
        });
        ExecutorService executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "history");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<?>> writers = new ArrayList<>();
        List<Future<?>> reading = new ArrayList<>();
        for (int process = 0; process < processes.size(); process++) {
            CatalogLog log = processes.get(process);
            if (process < readers) {
                reading.add(executor.submit(() -> read(log)));
            }
            for (int writer = 0; writer < writersPerProcess; writer++) {
                String name = process + "-" + writer;
                Random random = new Random(seed * 31 + name.hashCode());
                writers.add(executor.submit(() -> write(log, name, random)));
            }
        }
        for (Runnable each : beside) {
            reading.add(executor.submit(() -> {
                while (!done.get()) {
                    each.run();
                }
            }));
        }
        writers.forEach(CatalogHistory::join);
        done.set(true);
        reading.forEach(CatalogHistory::join);
        executor.shutdown();
    }

    private static void join(Future<?> future)
    {
        try {
            future.get();
        }
        catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private void read(CatalogLog log)
    {
        long newest = 0;
        while (!done.get()) {
            long acknowledgedBefore = newestAcknowledged.get();
            CatalogState state;
            try {
                state = log.state();
            }
            catch (RuntimeIOException e) {
                continue; // the store failed too often in a row: that is an answer
            }
            catch (IllegalStateException e) {
                findings.add("a reader could not replay the log: " + e.getMessage());
                return;
            }
            reads.incrementAndGet();
            if (state.version() < Math.max(newest, acknowledgedBefore)) {
                findings.add("H5: a reader saw version %s after %s, acknowledged was %s".formatted(state.version(), newest, acknowledgedBefore));
            }
            newest = state.version();
            checkSum(state, "a reader");
        }
    }

    private void checkSum(CatalogState state, String who)
    {
        long sum = 0;
        for (int account = 0; account < ACCOUNTS; account++) {
            sum += balance(location(state, account).orElseThrow());
        }
        if (sum != TOTAL) {
            findings.add("H4: %s saw a sum of %s at version %s".formatted(who, sum, state.version()));
        }
    }

    private void write(CatalogLog log, String name, Random random)
    {
        for (int i = 0; i < transfersPerWriter; i++) {
            String id = name + "-" + i;
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            int amount = random.nextInt(10);
            try {
                // every eighth one insists on the pointers it saw, as an engine does that prepared files for them
                Optional<CatalogState> seen = i % 8 == 0 ? Optional.of(log.state()) : Optional.empty();
                // some need a state that is known, so that records ahead and others follow one another
                ChangeScope scope = i % 5 == 3 ? ChangeScope.CATALOG : ChangeScope.MOVED;
                CatalogCommitResult result = log.commit(id, Optional.empty(), scope, state -> transfer(state, seen, id, from, to, amount));
                acknowledged.add(id);
                newestAcknowledged.accumulateAndGet(result.version(), Math::max);
            }
            catch (ConflictException | RuntimeIOException | ClockOffException e) {
                refused.add(id);
            }
            catch (CommitStateUnknownException e) {
                unknown.add(id);
            }
            catch (IllegalStateException e) {
                findings.add("a writer could not replay the log: " + e.getMessage());
                return;
            }
        }
    }

    private static List<CatalogChange> transfer(CatalogState state, Optional<CatalogState> seen, String id, int from, int to, int amount)
    {
        String fromLocation = location(state, from).orElseThrow();
        String toLocation = location(state, to).orElseThrow();
        if (seen.isPresent() && !(location(seen.orElseThrow(), from).equals(Optional.of(fromLocation)) && location(seen.orElseThrow(), to).equals(Optional.of(toLocation)))) {
            throw new ConflictException();
        }
        return List.of(
                pointer(state, from, id + ":" + (balance(fromLocation) - amount)),
                pointer(state, to, id + ":" + (balance(toLocation) + amount)));
    }

    private static long balance(String location)
    {
        return Long.parseLong(location.substring(location.indexOf(':') + 1));
    }

    /**
     * Reads the log from the store, which has no faults any more.
     */
    Report check(ObjectStore reliable)
            throws IOException
    {
        return check(reliable, LogFixture.records(reliable)); // H3
    }

    /**
     * @param records all that ever were, also those that the store no longer has
     */
    Report check(ObjectStore reliable, List<CatalogRecord> records)
            throws IOException
    {
        Map<String, Integer> present = new HashMap<>();
        CatalogState state = CatalogState.empty();
        boolean replayable = true;
        int ahead = 0;
        int voids = 0;
        for (CatalogRecord record : records) {
            List<CatalogTransaction> effective = record.transactions();
            if (replayable) {
                try {
                    effective = state.effective(record);
                    state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
                    checkSum(state, "the log");
                }
                catch (IllegalStateException e) {
                    findings.add("the log cannot be replayed: " + e.getMessage());
                    replayable = false;
                }
            }
            ahead += record.ahead() > 0 ? 1 : 0;
            voids += record.transactions().size() - effective.size();
            for (CatalogTransaction transaction : effective) {
                present.merge(transaction.id(), 1, Integer::sum);
                if (!transaction.id().equals("setup")) {
                    for (CatalogChange change : transaction.changes()) {
                        if (!((ObjectChange) change).after().orElseThrow().startsWith(transaction.id() + ":")) {
                            findings.add("transaction %s holds the change of another".formatted(transaction.id()));
                        }
                    }
                }
            }
        }
        long lost = acknowledged.stream().filter(id -> present.getOrDefault(id, 0) != 1).count();
        long ghosts = refused.stream().filter(present::containsKey).count();
        long doubled = unknown.stream().filter(id -> present.getOrDefault(id, 0) > 1).count();
        for (var checkpoint : !replayable ? List.<ObjectHead>of() : reliable.list(CatalogLayout.CHECKPOINTS, Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects()) {
            checkCheckpoint(reliable, records, CatalogLayout.version(checkpoint.key()).orElseThrow());
        }
        return new Report(records.size(), ahead, voids, acknowledged.size(), refused.size(), unknown.size(), reads.get(), lost, ghosts, doubled, List.copyOf(findings));
    }

    private void checkCheckpoint(ObjectStore reliable, List<CatalogRecord> records, long version)
            throws IOException
    {
        CatalogState state = CatalogState.empty();
        for (CatalogRecord record : records.subList(0, (int) version)) {
            state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
        }
        byte[] written = reliable.get(CatalogLayout.checkpoint(version)).orElseThrow().content();
        if (!Arrays.equals(written, CheckpointParser.toJson(state))) {
            findings.add("checkpoint %s is not what the log says".formatted(version));
        }
    }

    record Report(int records, int ahead, int voids, int acknowledged, int refused, int unknown, long reads, long lost, long ghosts, long doubled, List<String> findings)
    {
        boolean isClean()
        {
            return lost == 0 && ghosts == 0 && doubled == 0 && findings.isEmpty();
        }
    }

    private static final class ConflictException
            extends RuntimeException
    {
        private static final long serialVersionUID = 1;
    }
}
