package io.icegate.wal.commit;

import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.Polling;
import io.icegate.wal.WalException;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same question as the model's with real threads: writers that repeat each other's batches, committers that race, a
 * reader that never stops looking, and a store that loses requests and answers.
 */
final class TestConcurrentWal
{
    private static final long SEED = Long.getLong("icegate.seed", 42);
    private static final int WRITERS = 3;
    private static final int COMMITTERS = 8;
    private static final int BATCHES_PER_WRITER = 60;
    private static final long SECONDS_MAX = 180;

    @Test
    void testWritersCommittersAndReader()
            throws Exception
    {
        try (WalHarness wal = new WalHarness(new WalCommitGuard(), SEED, 1)) {
            Set<BatchId> acknowledged = ConcurrentHashMap.newKeySet();
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger commits = new AtomicInteger();
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                writers.add(wal.threads.submit(() -> write(wal, number, acknowledged)));
            }
            List<Future<?>> others = new ArrayList<>();
            for (int i = 0; i < COMMITTERS; i++) {
                WalCommitter committer = wal.committer();
                others.add(wal.threads.submit(() -> commitUntil(wal, committer, done, commits)));
            }
            AtomicInteger reads = new AtomicInteger();
            others.add(wal.threads.submit(() -> {
                while (!done.get()) {
                    List<BatchId> before = List.copyOf(acknowledged);
                    Map<BatchId, Integer> visible = wal.visible();
                    assertThat(visible.values()).as("-Dicegate.seed=%s", SEED).allMatch(count -> count == 1);
                    assertThat(visible.keySet()).as("-Dicegate.seed=%s", SEED).containsAll(before);
                    reads.incrementAndGet();
                }
            }));
            for (Future<?> writer : writers) {
                writer.get(SECONDS_MAX, SECONDS);
            }
            // where threads take long turns the writers may be through before another had one
            Polling.until(() -> (commits.get() > 0 && reads.get() > 0) || others.stream().anyMatch(Future::isDone));
            done.set(true);
            for (Future<?> other : others) {
                other.get(SECONDS_MAX, SECONDS);
            }

            assertThat(commits.get()).isPositive();
            assertThat(reads.get()).isPositive();
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(WRITERS * BATCHES_PER_WRITER / 2);
            while (!wal.tail(wal.metadata()).isEmpty()) {
                commit(wal, wal.committer());
            }
            assertThat(wal.committed().values()).allMatch(count -> count == 1);
            assertThat(wal.committed().keySet()).containsAll(acknowledged);
        }
    }

    private static void write(WalHarness wal, int number, Set<BatchId> acknowledged)
    {
        try {
            WalWriter writer = wal.writer();
            WalLane lane = writer.lane(wal.table().uuid(), FakeSegments.seal());
            for (int i = 0; i < BATCHES_PER_WRITER; i++) {
                // every second batch is one that all writers get
                BatchId batch = i % 2 == 0 ? new BatchId(-1, i) : new BatchId(number, i);
                lane.append(FakeSegments.batches(batch)).get(SECONDS_MAX, SECONDS);
                acknowledged.add(batch);
            }
            writer.close();
        }
        catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static void commitUntil(WalHarness wal, WalCommitter committer, AtomicBoolean done, AtomicInteger commits)
    {
        while (!done.get()) {
            if (commit(wal, committer)) {
                commits.incrementAndGet();
            }
        }
    }

    private static boolean commit(WalHarness wal, WalCommitter committer)
    {
        Table table = wal.table();
        try {
            return committer.commit(table, CommitOptions.DEFAULT).snapshotId().isPresent();
        }
        catch (WalException e) {
            // the store failed, or others won too often; nothing is lost
            return false;
        }
    }
}
