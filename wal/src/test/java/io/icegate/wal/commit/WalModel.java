package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.StepExecutor;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.table.TableSpecs;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writers, committers and maintenance that take one random step after the other, on one thread, so that a seed is a run.
 * After every step the table and its live tail together must show every acknowledged batch exactly once, and no other
 * batch more than once.
 */
final class WalModel
        implements AutoCloseable
{
    private static final int COMMITTERS = 8;
    private static final int WRITERS_MAX = 4;

    private final WalHarness wal;
    private final Random random;
    private final List<Committer> committers = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();
    private final List<BatchId> sent = new ArrayList<>();
    private final Set<BatchId> acknowledged = new HashSet<>();
    final Map<String, Integer> events = new HashMap<>();
    private boolean swapping;

    /**
     * How a committer of the model commits: the real one, or one with a mistake.
     */
    interface Committer
    {
        void commit(WalHarness wal, Runnable betweenPlanAndCommit);
    }

    private static final class Writer
    {
        private final WalWriter writer;
        private final WalLane lane;
        private final StepExecutor executor;
        private final Map<CompletableFuture<SegmentFooter>, List<BatchId>> pending = new HashMap<>();
        private boolean asleep;

        private Writer(WalWriter writer, WalLane lane, StepExecutor executor)
        {
            this.writer = writer;
            this.lane = lane;
            this.executor = executor;
        }
    }

    WalModel(CommitGuard guard, long seed)
    {
        this(guard, seed, List.of());
    }

    WalModel(CommitGuard guard, long seed, List<Committer> replacements)
    {
        this.random = new Random(seed);
        this.wal = new WalHarness(guard, seed, 2);
        this.committers.addAll(replacements);
        while (committers.size() < COMMITTERS && replacements.isEmpty()) {
            WalCommitter committer = wal.committer();
            committers.add((harness, between) -> committer.commit(harness.table(), CommitOptions.DEFAULT));
        }
        wal.catalog.onSwap(this::swap);
    }

    WalHarness wal()
    {
        return wal;
    }

    void step()
    {
        int dice = random.nextInt(100);
        if (dice < 30) {
            append();
        }
        else if (dice < 60) {
            upload();
        }
        else if (dice < 66) {
            heartbeats(Duration.ofSeconds(random.nextInt(40)));
        }
        else if (dice < 70) {
            kill();
        }
        else if (dice < 73) {
            sleep();
        }
        else if (dice < 92) {
            commit();
        }
        else if (dice < 96) {
            compact();
        }
        else {
            expire();
        }
    }

    /**
     * Empty when all is well, else what is wrong.
     */
    List<String> violations()
    {
        List<String> violations = new ArrayList<>();
        Map<BatchId, Integer> visible = wal.visible();
        for (BatchId batch : acknowledged) {
            if (visible.getOrDefault(batch, 0) != 1) {
                violations.add("acknowledged %s is visible %s times".formatted(batch, visible.getOrDefault(batch, 0)));
            }
        }
        visible.forEach((batch, count) -> {
            if (count > 1 && !acknowledged.contains(batch)) {
                violations.add("%s is visible %s times".formatted(batch, count));
            }
        });
        return violations;
    }

    int acknowledgedCount()
    {
        return acknowledged.size();
    }

    private void count(String event)
    {
        events.merge(event, 1, Integer::sum);
    }

    private void append()
    {
        Optional<Writer> chosen = writer();
        if (chosen.isEmpty() || chosen.orElseThrow().asleep || chosen.orElseThrow().lane.inFlightCount() >= 4) {
            return;
        }
        Writer writer = chosen.orElseThrow();
        BatchId[] ids = new BatchId[1 + random.nextInt(3)];
        for (int i = 0; i < ids.length; i++) {
            boolean again = !sent.isEmpty() && random.nextInt(4) == 0;
            // clients give up after 300 s, so only what was sent lately comes again
            ids[i] = again ? sent.get(sent.size() - 1 - random.nextInt(Math.min(6, sent.size()))) : new BatchId(1, sent.size());
            if (!again) {
                sent.add(ids[i]);
            }
        }
        try {
            writer.pending.put(writer.lane.append(FakeSegments.batches(ids)), List.of(ids));
            count("append");
        }
        catch (WalException e) {
            bury(writer);
        }
    }

    private Optional<Writer> writer()
    {
        if (writers.size() < WRITERS_MAX && random.nextInt(4) == 0) {
            StepExecutor executor = new StepExecutor();
            try {
                WalWriter writer = wal.writer(executor);
                writers.add(new Writer(writer, writer.lane(wal.table().uuid(), FakeSegments.seal()), executor));
            }
            catch (WalException e) {
                return Optional.empty();
            }
        }
        return writers.isEmpty() ? Optional.empty() : Optional.of(writers.get(random.nextInt(writers.size())));
    }

    private void upload()
    {
        if (writers.isEmpty()) {
            return;
        }
        Writer writer = writers.get(random.nextInt(writers.size()));
        if ((writer.asleep && random.nextInt(3) > 0) || writer.executor.isIdle()) {
            return;
        }
        writer.executor.runOne(random);
        writer.pending.entrySet().removeIf(entry -> {
            if (!entry.getKey().isDone()) {
                return false;
            }
            if (!entry.getKey().isCompletedExceptionally()) {
                acknowledged.addAll(entry.getValue());
                count(writer.asleep ? "acknowledged late" : "acknowledged");
            }
            return true;
        });
        if (writer.writer.end().isPresent()) {
            count("ended " + writer.writer.end().orElseThrow().kind());
            bury(writer);
        }
    }

    private void bury(Writer writer)
    {
        writer.executor.discard();
        writers.remove(writer);
    }

    private void heartbeats(Duration passed)
    {
        wal.clock.advance(passed);
        WriterRegistry registry = new WriterRegistry(wal.truth.store());
        for (Writer writer : writers) {
            if (!writer.asleep) {
                try {
                    registry.heartbeat(writer.writer.id(), new Heartbeat(Map.of()));
                }
                catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private void kill()
    {
        if (!writers.isEmpty()) {
            bury(writers.get(random.nextInt(writers.size())));
            count("kill");
        }
    }

    private void sleep()
    {
        if (!writers.isEmpty()) {
            writers.get(random.nextInt(writers.size())).asleep = true;
            heartbeats(Duration.ofSeconds(61));
            count("sleep");
        }
    }

    void commit()
    {
        Committer committer = committers.get(random.nextInt(committers.size()));
        try {
            committer.commit(wal, () -> {
                if (random.nextInt(3) == 0) {
                    nested(this::commit);
                }
            });
            count("commit");
        }
        catch (WalException | CommitFailedException | CommitStateUnknownException e) {
            count("commit failed");
        }
    }

    /**
     * Before a swap another may go first; its answer may be lost; it may fail.
     */
    private void swap(Runnable swap)
    {
        if (swapping) {
            swap.run();
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                nested(this::commit);
                count("raced");
                swap.run();
            }
            case 1 -> {
                nested(this::compact);
                swap.run();
            }
            case 2 -> {
                swap.run();
                count("answer lost");
                throw new CommitStateUnknownException(new IOException("injected after"));
            }
            case 3 -> {
                count("request lost");
                throw new CommitStateUnknownException(new IOException("injected before"));
            }
            default -> swap.run();
        }
    }

    private void nested(Runnable action)
    {
        swapping = true;
        try {
            action.run();
        }
        finally {
            swapping = false;
        }
    }

    /**
     * Any engine's compaction: some files become one, without their deleted rows.
     */
    private void compact()
    {
        Table table = wal.table();
        if (table.currentSnapshot() == null) {
            return;
        }
        Set<DataFile> files = new HashSet<>();
        List<BatchRange> batches = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            List<FileScanTask> sorted = new ArrayList<>();
            tasks.forEach(sorted::add);
            // Iceberg plans in parallel, a seed must be a run
            sorted.sort(Comparator.comparing(task -> task.file().location()));
            for (FileScanTask task : sorted) {
                if (random.nextBoolean() && files.add(task.file().copy())) {
                    batches.addAll(wal.batches(table, task));
                }
            }
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
        if (files.size() < 2) {
            return;
        }
        SegmentKey key = new SegmentKey(table.uuid(), WriterId.random(wal.clock.instant(), random), Sequence.FIRST);
        SegmentHeader header = new SegmentHeader(key, new SegmentId("0".repeat(32)), wal.clock.instant());
        BatchId[] ids = batches.stream().map(BatchRange::id).toArray(BatchId[]::new);
        String location = wal.store("otel/logs/data/" + key.writer() + ".parquet", FakeSegments.batches(ids).apply(header).content());
        SegmentFooter footer = FakeSegments.batches(ids).apply(header).footer();
        RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId());
        files.forEach(rewrite::deleteFile);
        if (ids.length > 0) {
            rewrite.addFile(new FakeSegments().dataFile(footer, TableSpecs.unpartitioned(table.name(), table.specs().values()), MetricsConfig.getDefault(), location));
        }
        try {
            rewrite.commit();
            count("compact");
        }
        catch (CommitFailedException | CommitStateUnknownException | ValidationException e) {
            count("compact failed");
        }
    }

    private void expire()
    {
        try {
            wal.table().expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1).cleanupLevel(ExpireSnapshots.CleanupLevel.NONE).commit();
            count("expire");
        }
        catch (CommitFailedException | CommitStateUnknownException e) {
            count("expire failed");
        }
    }

    @Override
    public void close()
    {
        wal.close();
    }
}
