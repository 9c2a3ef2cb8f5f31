package io.icegate.wal.commit;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveFile;
import io.icegate.wal.read.LiveFiles;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole path with the real parts: Parquet segments, committed to our catalog, planned and read
 * by Iceberg, which knows nothing of a WAL.
 */
final class TestParquetWal
{
    private static final Schema DELETES = new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS);
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    private final InstantSource clock = InstantSource.system();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Random random = new Random(1);

    @AfterEach
    void close()
    {
        threads.shutdownNow();
    }

    @Test
    void testAppendReadLiveCommitReadCommitted()
            throws Exception
    {
        Warehouse warehouse = new Warehouse("memory:parquet", new MemoryObjectStore(InstantSource.system()));
        WalEnvironment environment = WalEnvironment.system(threads);
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of())) {
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
            FooterCache footers = new FooterCache(new ParquetSegmentCodec(), 1_000);
            WalCommitter committer = new WalCommitter(warehouse, footers, new BatchIndexes(warehouse.store(), environment), environment);
            try (WalWriter first = writer(warehouse, table, environment); WalWriter second = writer(warehouse, table, environment)) {
                append(first, table, 1, 2);
                committer.commit(table, CommitOptions.DEFAULT);
                // batch 1 comes again to the other process, beside a new one
                append(second, table, 3, 1);
                append(first, table, 4);

                TableMetadata metadata = ((BaseTable) catalog.loadTable(LOGS)).operations().current();
                LiveTail tail = new LiveTailReader(warehouse, footers, threads).read(metadata);
                assertThat(tail.rows()).isEqualTo(200);
                List<LiveFile> files = new LiveFiles(warehouse, new ParquetSegmentCodec(), RetryPolicy.Waiting.system()).files(metadata, tail);
                assertThat(files).hasSize(2);
                LiveFile withDuplicate = files.stream().filter(file -> file.deletes().isPresent()).findFirst().orElseThrow();
                assertThat(withDuplicate.file().recordCount()).isEqualTo(200);
                assertThat(withDuplicate.file().location()).startsWith("memory:parquet/_wal/v1/" + table.uuid());
                assertThat(withDuplicate.deletes().orElseThrow().recordCount()).isEqualTo(100);
                assertThat(warehouse.store().head(warehouse.key(withDuplicate.deletes().orElseThrow().location()).orElseThrow())).isPresent();
                assertThat(new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), 1_000), Runnable::run).read(metadata).digest()).isEqualTo(tail.digest());

                CommitResult result = committer.commit(table, CommitOptions.DEFAULT);
                assertThat(result.segments()).isEqualTo(2);
                assertThat(result.rows()).isEqualTo(200);
                assertThat(result.duplicateBatches()).isEqualTo(1);
            }
            table.refresh();
            assertThat(bodies(table)).isEqualTo(expected(1, 2, 3, 4));
            assertThat(OffsetVector.fromProperties(table.properties()).orElseThrow().offsets()).hasSize(2);
        }
    }

    /**
     * Descriptions of segments are kept, and made anew when the table asks for other metrics.
     */
    @Test
    void testDescriptionsFollowTheTable()
            throws Exception
    {
        Warehouse warehouse = new Warehouse("memory:descriptions", new MemoryObjectStore(InstantSource.system()));
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of())) {
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.LOGS.shape());
            try (WalWriter writer = writer(warehouse, table, WalEnvironment.system(threads))) {
                append(writer, table, 1);
            }
            int service = table.schema().findField("service_name").fieldId();
            LiveTailReader reader = new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), 1_000), threads);
            LiveFiles files = new LiveFiles(warehouse, new ParquetSegmentCodec(), RetryPolicy.Waiting.system());
            TableMetadata metadata = ((BaseTable) table).operations().current();
            LiveFile described = files.files(metadata, reader.read(metadata)).get(0);
            assertThat(described.file().lowerBounds()).containsKey(service);
            assertThat(files.files(metadata, reader.read(metadata)).get(0).file()).isSameAs(described.file());

            table.updateProperties().set("write.metadata.metrics.column.service_name", "none").commit();
            TableMetadata without = ((BaseTable) table).operations().current();
            assertThat(files.files(without, reader.read(without)).get(0).file().lowerBounds()).doesNotContainKey(service);
            assertThat(files.files(metadata, reader.read(metadata)).get(0).file().lowerBounds()).containsKey(service);
        }
    }

    private WalWriter writer(Warehouse warehouse, Table table, WalEnvironment environment)
    {
        RegistryEntry entry = new RegistryEntry(WriterId.random(clock.instant(), random), clock.instant(), "host", "build", Set.of(table.uuid()));
        return WalWriter.open(warehouse.store(), entry, new FooterCache(new ParquetSegmentCodec(), 100), WriterOptions.DEFAULT, environment);
    }

    private static void append(WalWriter writer, Table table, long... batches)
            throws Exception
    {
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        SegmentFooter footer = lane.append(header -> new SegmentEncoder(Signal.LOGS.shape()).encode(
                header,
                table.schema().schemaId(),
                table.schema(),
                Arrays.stream(batches).mapToObj(batch -> LogRows.batch(batch, "tenant", 100)).toList())).get(60, SECONDS);
        assertThat(footer.rows()).isEqualTo(100L * batches.length);
    }

    /**
     * What Iceberg plans, read with Iceberg's Parquet reader, without the rows that the planned delete files name.
     */
    private static Map<String, Integer> bodies(Table table)
            throws IOException
    {
        Map<String, Integer> bodies = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                Set<Long> deleted = new HashSet<>();
                for (DeleteFile deletes : task.deletes()) {
                    for (Record delete : SegmentRows.read(read(table, deletes.location()), DELETES)) {
                        assertThat(delete.get(0)).isEqualTo(task.file().location());
                        deleted.add((Long) delete.get(1));
                    }
                }
                List<Record> rows = SegmentRows.read(read(table, task.file().location()), table.schema().select("body"));
                assertThat(rows).hasSize((int) task.file().recordCount());
                for (int row = 0; row < rows.size(); row++) {
                    if (!deleted.contains((long) row)) {
                        bodies.merge(String.valueOf(rows.get(row).getField("body")), 1, Integer::sum);
                    }
                }
            }
        }
        return bodies;
    }

    private static byte[] read(Table table, String location)
            throws IOException
    {
        try (InputStream in = table.io().newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }

    private static Map<String, Integer> expected(int... batches)
    {
        Map<String, Integer> bodies = new TreeMap<>();
        for (int batch : batches) {
            IntStream.range(0, 100).forEach(row -> bodies.put("tenant-%s-%s".formatted(batch, row), 1));
        }
        return bodies;
    }
}
