package io.icegate.trino;

import io.icegate.objectstore.RetryPolicy;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveFiles;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.trino.Session;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Queries beside appends and commits, by readers that know the truth: rows are numbered without gaps, so a count, a sum, a
 * distinct count and a maximum contradict each other as soon as one row is missing or there twice. The same harness runs
 * against a committer that adds the files first and moves the vector afterwards, and must find that one wrong.
 * {@code -Dicegate.consistency-rounds} sets how many queries are tried; {@code -Plong} sets 500.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestLiveConsistency
{
    private static final int ROUNDS = Integer.getInteger("icegate.consistency-rounds", 150);
    // readers that outran the writer or the committer go on until enough was tried, but not for ever
    private static final int ROUNDS_MAX = 20 * ROUNDS;
    // more than cores: much of a small query is waiting
    private static final int READERS = 6;
    private static final int KINDS = 3;
    private static final int SEGMENT_ROWS = 10;
    // paced by queries, not by time, so that a slow machine tries the same
    private static final int QUERIES_PER_APPEND = 10;
    private static final int QUERIES_PER_COMMIT = 15;

    // what the checks need and no more: a round is some thirty small splits
    private static final Session SESSION = Session.builder(IceGateQueryRunner.session(IceGateQueryRunner.CATALOG))
            .setSystemProperty("task_concurrency", "1")
            .setSystemProperty("join_distribution_type", "BROADCAST")
            .setSystemProperty("join_reordering_strategy", "NONE")
            .build();

    private TrinoLake lake;
    private ExecutorService executor;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
        executor = Executors.newCachedThreadPool();
    }

    @AfterAll
    void stop()
            throws Exception
    {
        executor.shutdownNow();
        lake.close();
    }

    interface Committer
    {
        /**
         * @param pause to be called wherever the commit is only half done
         */
        void commit(Table table, Pause pause);
    }

    /**
     * Returns after every reader has asked at least one whole query meanwhile: what is half done cannot go by unseen.
     */
    interface Pause
    {
        void run();
    }

    /**
     * What was tried so far, and what came out wrong.
     */
    private static final class Progress
    {
        final AtomicInteger rounds = new AtomicInteger();
        final AtomicInteger roundsWithLiveRows = new AtomicInteger();
        final AtomicInteger commits = new AtomicInteger();
        final AtomicLong acknowledged = new AtomicLong();
        final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    }

    @Test
    void testCommitInOneTransaction()
            throws Exception
    {
        // otherwise nothing was tried
        Predicate<Progress> enough = progress -> progress.rounds.get() >= ROUNDS && progress.commits.get() > 10 && progress.roundsWithLiveRows.get() > ROUNDS / 10;
        Progress progress = run("one", enough, (table, _) -> lake.fixture().commit(table));
        assertThat(progress.wrong).isEmpty();
        assertThat(progress).matches(enough);
    }

    @Test
    void testCommitInTwoSteps()
            throws Exception
    {
        Progress progress = run("two", tried -> !tried.wrong.isEmpty(), this::commitInTwoSteps);
        assertThat(progress.wrong).isNotEmpty();
    }

    /**
     * The files in one commit, the vector in the next: between the two every committed row is live, too.
     */
    private void commitInTwoSteps(Table table, Pause pause)
    {
        TableMetadata metadata = ((BaseTable) table).operations().refresh();
        FooterCache footers = new FooterCache(new ParquetSegmentCodec(), 100_000);
        LiveTail tail = new LiveTailReader(lake.fixture().warehouse(), footers, Runnable::run).read(metadata);
        if (tail.isEmpty()) {
            return;
        }
        AppendFiles files = table.newAppend();
        new LiveFiles(lake.fixture().warehouse(), new ParquetSegmentCodec(), RetryPolicy.Waiting.system()).files(metadata, tail).forEach(live -> files.appendFile(live.file()));
        files.commit();
        pause.run();

        Map<WriterId, OffsetVector.Offset> offsets = new TreeMap<>(tail.from().offsets());
        tail.segments().forEach(segment -> {
            SegmentKey key = segment.key();
            offsets.put(key.writer(), new OffsetVector.Offset(key.sequence().next(), false));
        });
        OffsetVector to = new OffsetVector(offsets);
        Transaction transaction = table.newTransaction();
        transaction.newAppend()
                .set(OffsetVector.PROPERTY, to.text())
                .set(OffsetVector.BASE_SUMMARY, tail.from().digest())
                .commit();
        transaction.updateProperties().set(OffsetVector.PROPERTY, to.text()).commit();
        transaction.commitTransaction();
    }

    private Progress run(String namespace, Predicate<Progress> enough, Committer committer)
            throws Exception
    {
        WalFixture.Logs left = lake.fixture().createLogs(namespace + "_left");
        WalFixture.Logs right = lake.fixture().createLogs(namespace + "_right");
        AtomicBoolean done = new AtomicBoolean();
        Progress progress = new Progress();

        Future<?> writing = executor.submit(task(() -> {
            for (long segment = 0; !done.get(); segment++) {
                left.append("acme", segment * SEGMENT_ROWS + 1, (segment + 1) * SEGMENT_ROWS);
                progress.acknowledged.set((segment + 1) * SEGMENT_ROWS);
                right.append("acme", segment * SEGMENT_ROWS + 1, (segment + 1) * SEGMENT_ROWS);
                awaitQueries(progress, (int) segment * QUERIES_PER_APPEND, done);
            }
            return null;
        }));
        Pause pause = () -> awaitQueries(progress, progress.rounds.get() + 2 * READERS, done);
        Future<?> committing = executor.submit(task(() -> {
            for (int commit = 0; !done.get(); commit++) {
                committer.commit(left.table(), pause);
                committer.commit(right.table(), pause);
                progress.commits.addAndGet(2);
                awaitQueries(progress, commit * QUERIES_PER_COMMIT, done);
            }
            return null;
        }));
        List<Future<?>> readers = new ArrayList<>();
        for (int reader = 0; reader < READERS; reader++) {
            int kind = reader % KINDS;
            readers.add(executor.submit(task(() -> {
                long last = 0;
                while (!enough.test(progress) && progress.rounds.get() < ROUNDS_MAX && !writing.isDone() && !committing.isDone()) {
                    last = read(namespace, kind, last, progress);
                    progress.rounds.incrementAndGet();
                }
                return null;
            })));
        }
        try {
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
        finally {
            // also when a reader failed: nobody would wait for its queries in vain
            done.set(true);
        }
        writing.get();
        committing.get();
        assertThat(lake.value("SELECT count(DISTINCT time_unix_nano) FROM %s_left.logs".formatted(namespace))).isEqualTo(progress.acknowledged.get());
        return progress;
    }

    private static <T> Callable<T> task(Callable<T> task)
    {
        return task;
    }

    /**
     * Lets the readers come to {@code count} queries.
     */
    private static void awaitQueries(Progress progress, int count, AtomicBoolean done)
    {
        while (progress.rounds.get() < count && !done.get()) {
            LockSupport.parkNanos(MILLISECONDS.toNanos(20));
        }
    }

    private long read(String namespace, int kind, long last, Progress progress)
    {
        String left = namespace + "_left.logs";
        String right = namespace + "_right.logs";
        String query = switch (kind) {
            // one table: no row missing, none twice
            case 0 -> "SELECT count(*), count(DISTINCT time_unix_nano), coalesce(max(time_unix_nano), 0), coalesce(sum(time_unix_nano), 0) FROM " + left;
            // one table several times: all uses see the same rows
            case 1 -> """
                      SELECT count(*), count(DISTINCT a.time_unix_nano), (SELECT count(*) FROM %1$s), (SELECT coalesce(max(time_unix_nano), 0) FROM %1$s)
                      FROM %1$s a JOIN %1$s b ON a.time_unix_nano = b.time_unix_nano""".formatted(left);
            // two tables: the rows of one are a prefix of the rows of the other
            default -> """
                       SELECT (SELECT count(*) FROM %1$s), (SELECT count(*) FROM %2$s), count(*), count(DISTINCT a.time_unix_nano)
                       FROM %1$s a JOIN %2$s b ON a.time_unix_nano = b.time_unix_nano""".formatted(left, right);
        };
        long acknowledged = progress.acknowledged.get();
        List<Long> row = lake.rows(SESSION, query).getFirst().stream().map(Long.class::cast).toList();
        boolean correct = switch (kind) {
            case 0 -> row.get(0).equals(row.get(1)) && row.get(0).equals(row.get(2)) && row.get(3) == row.get(0) * (row.get(0) + 1) / 2;
            case 1 -> row.stream().distinct().count() == 1;
            default -> row.get(2).equals(row.get(3)) && row.get(2) == Math.min(row.get(0), row.get(1)) && Math.abs(row.get(0) - row.get(1)) % SEGMENT_ROWS == 0;
        };
        if (!correct || row.getFirst() < acknowledged || row.getFirst() < last || row.getFirst() % SEGMENT_ROWS != 0) {
            progress.wrong.add("%s after %s, %s acknowledged: %s".formatted(kind, last, acknowledged, row));
        }
        Snapshot snapshot = lake.fixture().table(namespace + "_left").currentSnapshot();
        // committed by now, so at least what was committed when the query looked
        if (snapshot == null || row.getFirst() > Long.parseLong(snapshot.summary().get(SnapshotSummary.TOTAL_RECORDS_PROP))) {
            progress.roundsWithLiveRows.incrementAndGet();
        }
        return row.getFirst();
    }
}
