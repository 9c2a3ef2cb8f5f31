package io.icegate.receiver.commit;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.TestingCatalogs;
import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.receiver.Deadlines;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.commit.WalCommitGuard;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveTailReader;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Two receivers whose commits are a minute apart ({@code economy}), as long as the right to acknowledge lasts without an answer of the catalog. Time is
 * that of the test: machine, store and catalog have the same.
 */
final class TestLongIntervals
{
    private static final Duration INTERVAL = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Instant start = Instant.now();
    private final AtomicLong elapsedNanos = new AtomicLong();
    private final Random random = new Random(1);
    private final Warehouse warehouse = new Warehouse("memory:long", new MemoryObjectStore(this::now));
    private final ObjectStoreCatalog catalog = catalog();
    private final Beats firstBeats = new Beats();
    private final Beats secondBeats = new Beats();
    private final TestingSession first = session(firstBeats, CommitPace.each(INTERVAL));
    private final TestingSession second = session(secondBeats, CommitPace.each(INTERVAL));

    @AfterEach
    void tearDown()
            throws Exception
    {
        first.stop();
        second.stop();
        executor.shutdownNow();
    }

    /**
     * Looks renew it, so it lasts from one commit to the next.
     */
    @Test
    void testAcknowledgesFromCommitToCommit()
            throws Exception
    {
        assertThat(first.session().round()).isTrue();
        for (int look = 1; look <= 12; look++) {
            first.export(look);
            advance(LOOK, firstBeats);
            assertThat(first.session().round()).isTrue();
            assertThat(live()).as("after %s s", look * 10).isEqualTo(look % 6);
        }
        assertThat(records()).hasSize(12).doesNotHaveDuplicates();
    }

    /**
     * A receiver that stands still acknowledges nothing when its right is over, though nobody has committed meanwhile. Another one takes
     * what was acknowledged, and what was refused when its client sends it there. When the first one is back, all is there once.
     */
    @Test
    void testRightIsOverBetweenCommits()
            throws Exception
    {
        assertThat(first.session().round()).isTrue();
        assertThat(second.session().round()).isTrue();
        assertThat(first.session().committed()).isPresent();
        assertThat(second.session().committed()).isEmpty();
        advance(LOOK, firstBeats, secondBeats);
        first.export(1);
        advance(LOOK, firstBeats, secondBeats);
        assertThat(first.session().round()).isTrue();
        first.export(2);

        // from here on the first one stands still, and its turn to commit lasts for a while
        for (int look = 1; look <= 6; look++) {
            advance(LOOK, secondBeats);
            assertThat(second.session().round()).isTrue();
        }
        first.export(3); // a minute to the second
        advance(Duration.ofSeconds(1), secondBeats);
        assertThatThrownBy(() -> first.export(4)).isInstanceOf(RefusedException.class).hasMessageContaining("the catalog has not confirmed the table for 60 s");
        assertThat(live()).as("it was refused, so it is not there").isEqualTo(3);
        second.export(4);
        second.export(2); // a client that did not hear of its acknowledgement
        assertThat(records()).as("committed by nobody yet").isEmpty();

        for (int look = 1; look <= 12; look++) {
            advance(LOOK, secondBeats);
            assertThat(second.session().round()).isTrue();
        }
        assertThat(second.session().committed()).as("the turn of the first one is over").isPresent();
        assertThat(live()).isZero();
        assertThat(records()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);

        // it is back, and does not know yet that its writer was silent and is sealed: nothing goes behind what was committed
        assertThatThrownBy(() -> first.export(5)).isInstanceOf(RefusedException.class);
        second.export(5);
        second.export(1); // which it committed for the first one
        first.session().round();
        assertThat(first.isAcknowledged(5)).isFalse();
        assertThat(first.session().round()).as("with another writer").isTrue();
        first.export(5); // sent to both
        first.export(6);
        assertThat(first.session().committed()).as("the turn stays where it is").isEmpty();
        for (int look = 1; look <= 6; look++) {
            advance(LOOK, firstBeats, secondBeats);
            assertThat(first.session().round()).isTrue();
            assertThat(second.session().round()).isTrue();
        }
        assertThat(live()).isZero();
        assertThat(records()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
    }

    /**
     * A metadata file for each ten seconds would be gigabytes in a week, for a record now and then.
     */
    @Test
    void testFewSegmentsWaitForAMinute()
            throws Exception
    {
        CommitPace pace = new CommitPace(LOOK, INTERVAL);
        Beats beats = new Beats();
        TestingSession seldom = session(beats, pace);
        assertThat(seldom.session().round()).isTrue();
        for (int look = 1; look <= 12; look++) {
            seldom.export(look);
            advance(LOOK, beats);
            assertThat(seldom.session().round()).isTrue();
            assertThat(live()).as("after %s s", look * 10).isEqualTo(look % 6);
        }

        for (int record = 13; record < 12 + CommitPace.SEGMENTS_FEW; record++) {
            seldom.export(record);
        }
        advance(LOOK, beats);
        assertThat(seldom.session().round()).isTrue();
        assertThat(live()).as("one less than many").isEqualTo(CommitPace.SEGMENTS_FEW - 1);
        seldom.export(12 + CommitPace.SEGMENTS_FEW);
        advance(LOOK, beats);
        assertThat(seldom.session().round()).isTrue();
        assertThat(live()).as("many").isZero();

        // what another receiver has waiting is not known between two commits
        assertThat(second.session().round()).isTrue();
        advance(INTERVAL, beats, secondBeats);
        assertThat(seldom.session().round()).isTrue();
        second.export(100);
        advance(LOOK, beats, secondBeats);
        assertThat(seldom.session().round()).isTrue();
        assertThat(live()).isZero();
        seldom.stop();
    }

    private void advance(Duration time, Beats... alive)
            throws Exception
    {
        elapsedNanos.addAndGet(time.toNanos());
        for (Beats beats : alive) {
            beats.beat();
        }
    }

    private Instant now()
    {
        return start.plusNanos(elapsedNanos.get());
    }

    private ObjectStoreCatalog catalog()
    {
        return TestingCatalogs.open(warehouse, new CatalogEnvironment(this::now, System::nanoTime, Sleeper.system(), random, CatalogEnvironment.Threads.daemons()), List.of(new WalCommitGuard()));
    }

    private TestingSession session(Beats beats, CommitPace pace)
    {
        WalEnvironment environment = new WalEnvironment(executor, this::now, elapsedNanos::get, beats, random);
        EngineWal wal = new EngineWal(warehouse, new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT);
        return new TestingSession(new OpenWarehouse(warehouse, catalog(), wal, environment), CommitMetrics.NONE, pace);
    }

    /**
     * Rows that wait, as readers see them.
     */
    private long live()
    {
        BaseTable table = (BaseTable) catalog.loadTable(LOGS);
        return new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), 1_000), Runnable::run).read(table.operations().current()).rows();
    }

    /**
     * Committed records, by the number in their time.
     */
    private List<Long> records()
            throws IOException
    {
        BaseTable table = (BaseTable) catalog.loadTable(LOGS);
        List<Long> records = new ArrayList<>();
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot != null) {
            try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
                rows.forEach(row -> records.add(((Number) row.getField("time_unix_nano")).longValue()));
            }
        }
        return records;
    }

    /**
     * Lets the heartbeats of a receiver go on, one by one. Nothing else pauses here.
     */
    private static final class Beats
            implements Sleeper
    {
        private final Semaphore turns = new Semaphore(0);
        private final AtomicInteger pauses = new AtomicInteger();
        private int beats;

        @Override
        public void sleep(Duration duration)
                throws InterruptedException
        {
            pauses.incrementAndGet();
            try {
                turns.acquire();
            }
            catch (InterruptedException e) {
                pauses.decrementAndGet(); // the writer ended
                throw e;
            }
        }

        void beat()
                throws Exception
        {
            awaitPause();
            beats++;
            turns.release();
            awaitPause();
        }

        private void awaitPause()
                throws Exception
        {
            Deadlines.eventually("it pauses between two heartbeats", () -> pauses.get() > beats);
        }
    }
}
