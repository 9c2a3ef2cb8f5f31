package io.icegate.receiver.seam;

import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.receiver.commit.CommitLoop;
import io.icegate.receiver.commit.CommitMetrics;
import io.icegate.receiver.commit.OpenWarehouse;
import io.icegate.receiver.commit.RoundSignal;
import io.icegate.receiver.commit.TableSession;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.BatchIds;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.ingest.RecentBatches;
import io.icegate.receiver.ingest.Repetitions;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.signal.Encoding;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.LiveTail;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Proves that a signal is a shape, a batch, its column writers and a decoder: one that exists in this package only goes from
 * a request through receiver, segment and live read to a commit.
 */
final class TestSeam
{
    private static final Namespace NAMESPACE = Namespace.of("otel");
    private static final TickBatch.Tick FIRST = new TickBatch.Tick(1_795_262_400_000_000L, "first");
    private static final TickBatch.Tick SECOND = new TickBatch.Tick(1_795_262_401_000_000L, "");
    private static final List<List<Object>> ROWS = List.of(row(FIRST, "first"), row(SECOND, null));

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Warehouse warehouse = new Warehouse("memory:test", new MemoryObjectStore(InstantSource.system()));

    @AfterEach
    void close()
    {
        executor.shutdownNow();
    }

    @Test
    void testSignalOfTestsOnly()
            throws Exception
    {
        OpenWarehouse opened = OpenWarehouse.open(warehouse, new ParquetSegmentCodec(), WalEnvironment.system(executor));
        EngineWal wal = opened.wal();
        Admission admission = new Admission(1_000_000);
        SignalIngest ingest = new SignalIngest("ticks", admission, new Random(1), IngestMetrics.NONE);
        CommitLoop loop = loop(opened, ingest);
        loop.start();
        byte[] request = TickDecoder.encode(FIRST, SECOND);
        for (int i = 0; i < 2; i++) { // the second time it is a repetition
            ingest.export(new IngestRequest("acme", Encoding.PROTOBUF, "", request, admission.admit(request.length), System.nanoTime() + SECONDS.toNanos(60))).get(60, SECONDS);
        }

        Table table = opened.catalog().loadTable(TableIdentifier.of(NAMESPACE, "ticks"));
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        LiveTail tail = wal.tail(metadata);
        assertThat(tail.rows()).isEqualTo(2);
        assertThat(rows(wal.files(metadata, tail).stream().map(live -> live.file()).toList(), table.schema())).isEqualTo(ROWS);

        assertThat(wal.commit(table, CommitOptions.DEFAULT).rows()).isEqualTo(2);

        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        }
        assertThat(rows(files, table.schema())).isEqualTo(ROWS);
        assertThat(wal.tail(((HasTableOperations) table).operations().refresh()).isEmpty()).isTrue();
        assertThat(table.spec().fields().stream().map(field -> field.name()).toList()).containsExactly("tenant_id", "timestamp_day");
        loop.stop();
    }

    private static CommitLoop loop(OpenWarehouse opened, SignalIngest ingest)
    {
        RoundSignal signal = new RoundSignal();
        Repetitions repetitions = new Repetitions(new BatchIds(7, new Random(2)), new RecentBatches(Duration.ofMinutes(15), 1_000, System::nanoTime), true);
        TableSession session = new TableSession(
                opened,
                new TableSession.Route(ingest, new TickDecoder(), repetitions, TickBatch.SHAPE),
                new TableSession.Settings(NAMESPACE, new IngestConfig().batcherSettings(false), Optional.empty(), "localhost", "test"),
                new TableSession.Observers(IngestMetrics.NONE, CommitMetrics.NONE),
                signal);
        return new CommitLoop(List.of(session), Duration.ofSeconds(1), signal);
    }

    private List<List<Object>> rows(List<DataFile> files, Schema schema)
            throws IOException
    {
        List<List<Object>> rows = new ArrayList<>();
        for (DataFile file : files) {
            byte[] content = warehouse.store().get(warehouse.key(file.location()).orElseThrow()).orElseThrow().content();
            SegmentRows.read(content, schema).forEach(row -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    values.add(row.get(i));
                }
                rows.add(values);
            });
        }
        return rows;
    }

    private static List<Object> row(TickBatch.Tick tick, String name)
    {
        List<Object> values = new ArrayList<>();
        values.add("acme");
        values.add(OffsetDateTime.parse(tick == FIRST ? "2026-11-21T12:00:00Z" : "2026-11-21T12:00:01Z"));
        values.add(name);
        return values;
    }
}
