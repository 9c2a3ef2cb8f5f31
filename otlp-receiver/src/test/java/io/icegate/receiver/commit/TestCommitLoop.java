package io.icegate.receiver.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.Deadlines;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.WalEnvironment;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Errors, in the sense of {@link Error}, stop neither the lane nor the loop for good.
 */
final class TestCommitLoop
{
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Warehouse warehouse = Warehouses.open("memory:" + UUID.randomUUID(), Map.of());
    private final AtomicBoolean segmentFails = new AtomicBoolean();
    private final AtomicBoolean commitFails = new AtomicBoolean();
    private final AtomicLong committedRows = new AtomicLong();

    @AfterEach
    void close()
    {
        executor.shutdownNow();
    }

    @Test
    void testALaneThatAnErrorBrokeIsReplaced()
            throws Exception
    {
        TestingSession session = start();
        session.export(1);
        segmentFails.set(true);
        assertThatThrownBy(() -> session.export(2)).isInstanceOf(ExecutionException.class).cause().isInstanceOf(RefusedException.class).hasMessageContaining("internal error");
        Deadlines.eventually("requests are accepted again", () -> session.isAcknowledged(2));
        Deadlines.eventually("all is committed", () -> committedRows.get() == 2);
        session.stop();
    }

    @Test
    void testTheLoopOutlivesAnError()
            throws Exception
    {
        TestingSession session = start();
        commitFails.set(true);
        session.export(1);
        Deadlines.eventually("the error was thrown", () -> !commitFails.get());
        session.export(2);
        Deadlines.eventually("what came after the error is committed", () -> committedRows.get() == 1);
        session.stop();
    }

    private TestingSession start()
    {
        WalEnvironment system = WalEnvironment.system(executor);
        WalEnvironment environment = new WalEnvironment(executor, system.clock(), system.nanoTime(), system.sleeper(), new FailingRandom());
        TestingSession session = new TestingSession(warehouse, environment, new FailingMetrics());
        session.start();
        return session;
    }

    /**
     * Fails, when told so, where a segment gets its id.
     */
    private final class FailingRandom
            extends Random
    {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes)
        {
            if (Thread.currentThread().getName().equals("segment") && segmentFails.compareAndSet(true, false)) {
                throw new AssertionError("the test wants it");
            }
            super.nextBytes(bytes);
        }
    }

    private final class FailingMetrics
            implements CommitMetrics
    {
        @Override
        public void committed(int segments, long rows, int duplicateBatches, java.time.Duration time)
        {
            if (rows > 0 && commitFails.compareAndSet(true, false)) {
                throw new AssertionError("the test wants it");
            }
            committedRows.addAndGet(rows);
        }
    }
}
