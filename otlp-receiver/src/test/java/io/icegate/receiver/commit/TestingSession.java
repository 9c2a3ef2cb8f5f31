package io.icegate.receiver.commit;

import io.airlift.units.Duration;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.BatchIds;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.RecentBatches;
import io.icegate.receiver.ingest.Repetitions;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.apache.iceberg.catalog.Namespace;

import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * The logs table of a warehouse, as a receiver without servers looks after it.
 */
final class TestingSession
{
    private static final Namespace NAMESPACE = Namespace.of("otel");
    private static final Duration INTERVAL = new Duration(50, MILLISECONDS);

    private final Admission admission = new Admission(1_000_000);
    private final SignalIngest ingest = new SignalIngest("logs", admission, new TenantQuotas(TenantQuotas.Limits.NONE, admission.budgetBytes(), System::nanoTime), new Random(1), IngestMetrics.NONE);
    private final TableSession session;
    private final CommitLoop loop;

    TestingSession(Warehouse warehouse, WalEnvironment environment, CommitMetrics metrics)
    {
        this(warehouse, environment, metrics, INTERVAL.toJavaTime());
    }

    TestingSession(Warehouse warehouse, WalEnvironment environment, CommitMetrics metrics, java.time.Duration commitInterval)
    {
        this(OpenWarehouse.open(warehouse, new ParquetSegmentCodec(), environment), metrics, CommitPace.each(commitInterval));
    }

    TestingSession(OpenWarehouse open, CommitMetrics metrics, CommitPace pace)
    {
        WalEnvironment environment = open.environment();
        RoundSignal signal = new RoundSignal();
        RecentBatches recent = new RecentBatches(java.time.Duration.ofMinutes(15), 1_000, environment.nanoTime());
        this.session = new TableSession(
                open,
                new TableSession.Route(ingest, OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, InstantSource.system()), new Repetitions(new BatchIds(7, environment.random()), recent, true), Signal.LOGS.shape()),
                new TableSession.Settings(NAMESPACE, new IngestConfig().batcherSettings(false), new CommitConfig().options(), pace, "localhost", "test"),
                new TableSession.Observers(IngestMetrics.NONE, metrics),
                signal);
        this.loop = new CommitLoop(List.of(session), pace.interval(), signal, open);
    }

    /**
     * Rounds run in a thread of their own from now on.
     */
    void start()
    {
        loop.start();
    }

    void stop()
            throws InterruptedException
    {
        loop.stop();
    }

    TableSession session()
    {
        return session;
    }

    SignalIngest ingest()
    {
        return ingest;
    }

    boolean isAcknowledged(int record)
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

    void export(int record)
            throws ExecutionException, InterruptedException
    {
        byte[] body = ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder().addLogRecords(LogRecord.newBuilder().setTimeUnixNano(record))))
                .build()
                .toByteArray();
        long deadlineNanos = System.nanoTime() + SECONDS.toNanos(60);
        ingest.export(new IngestRequest("acme", Encoding.PROTOBUF, "", body, admission.admit(body.length), deadlineNanos)).get();
    }
}
