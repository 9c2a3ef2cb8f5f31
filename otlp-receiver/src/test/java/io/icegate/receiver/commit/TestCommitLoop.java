package io.icegate.receiver.commit;

import io.airlift.units.Duration;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.Deadlines;
import io.icegate.receiver.decode.LogsRequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.LogsIngest;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.warehouse.Warehouses;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Errors, in the sense of {@link Error}, stop neither the lane nor the loop for good.
 */
final class TestCommitLoop
{
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Warehouse warehouse = Warehouses.open("memory:" + UUID.randomUUID(), Map.of());
    private final Admission admission = new Admission(1_000_000);
    private final LogsIngest ingest = new LogsIngest(admission, new Random(1), IngestMetrics.NONE);
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
        CommitLoop loop = start();
        export(1);
        segmentFails.set(true);
        assertThatThrownBy(() -> export(2)).isInstanceOf(ExecutionException.class).cause().isInstanceOf(RefusedException.class).hasMessageContaining("internal error");
        Deadlines.eventually("requests are accepted again", () -> isAcknowledged(2));
        Deadlines.eventually("all is committed", () -> committedRows.get() == 2);
        loop.stop();
    }

    @Test
    void testTheLoopOutlivesAnError()
            throws Exception
    {
        CommitLoop loop = start();
        commitFails.set(true);
        export(1);
        Deadlines.eventually("the error was thrown", () -> !commitFails.get());
        export(2);
        Deadlines.eventually("what came after the error is committed", () -> committedRows.get() == 1);
        loop.stop();
    }

    private CommitLoop start()
    {
        WalEnvironment system = WalEnvironment.system(executor);
        CommitLoop loop = new CommitLoop(
                warehouse,
                new ParquetSegmentCodec(),
                new WalEnvironment(executor, system.clock(), system.nanoTime(), system.sleeper(), new FailingRandom()),
                new LogsRequestDecoder(InstantSource.system()),
                ingest,
                new CommitLoop.Settings(Namespace.of("otel"), new IngestConfig(), new CommitConfig().setInterval(new Duration(50, MILLISECONDS)), "localhost", "test"),
                new CommitLoop.Observers(IngestMetrics.NONE, new FailingMetrics()));
        loop.start();
        return loop;
    }

    private boolean isAcknowledged(int record)
            throws InterruptedException
    {
        try {
            export(record);
            return true;
        }
        catch (ExecutionException | RefusedException e) {
            return false;
        }
    }

    private void export(int record)
            throws ExecutionException, InterruptedException
    {
        byte[] body = ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder().addLogRecords(LogRecord.newBuilder().setTimeUnixNano(record))))
                .build()
                .toByteArray();
        long deadlineNanos = System.nanoTime() + SECONDS.toNanos(60);
        ingest.export(new IngestRequest("acme", Encoding.PROTOBUF, "", body, admission.admit(body.length), deadlineNanos)).get();
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
