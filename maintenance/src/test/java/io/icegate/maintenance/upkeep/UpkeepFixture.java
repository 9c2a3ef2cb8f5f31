package io.icegate.maintenance.upkeep;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A warehouse in memory with tables of logs that get segments by the real path. Store and catalog have the time of this machine;
 * maintenance runs as much later as a test says.
 */
final class UpkeepFixture
        implements AutoCloseable
{
    final MemoryObjectStore store = new MemoryObjectStore(InstantSource.system());
    final Warehouse warehouse = new Warehouse("memory:upkeep", store);
    final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    final List<UpkeepAction> actions = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final WalEnvironment environment = WalEnvironment.system(threads);
    private final EngineWal wal = new EngineWal(warehouse, new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT);
    private final List<WalWriter> writers = new ArrayList<>();
    private final Path scratch;

    UpkeepFixture(Path scratch)
    {
        this.scratch = scratch;
    }

    Table logs(Namespace namespace)
    {
        return TableBootstrap.createOrUpdate(catalog, namespace, Signal.LOGS.shape());
    }

    Maintenance maintenance(Duration later, int process)
    {
        return Maintenance.open(catalog, warehouse, scratch, new Random(process), () -> Instant.now().plus(later), actions::add);
    }

    /**
     * One round of a process that ends with it.
     */
    void round(Duration later)
    {
        try (Maintenance maintenance = maintenance(later, 1)) {
            maintenance.round(() -> true);
        }
    }

    /**
     * Appends one segment for each batch, by a writer of its own.
     */
    void append(Table table, RowBatch... batches)
            throws Exception
    {
        RegistryEntry entry = new RegistryEntry(WriterId.random(Instant.now(), new Random()), Instant.now(), "host", "build", Set.of(table.uuid()));
        WalWriter writer = WalWriter.open(store, entry, wal.footers(), WriterOptions.DEFAULT, environment);
        writers.add(writer);
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        for (RowBatch batch : batches) {
            lane.append(header -> new SegmentEncoder(Signal.LOGS.shape()).encode(header, table.schema().schemaId(), table.schema(), List.of(batch))).get(60, SECONDS);
        }
    }

    void commit(Table table)
    {
        wal.commit(table, CommitOptions.DEFAULT);
        table.refresh();
    }

    static List<DataFile> files(Table table)
            throws IOException
    {
        table.refresh();
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        return files;
    }

    /**
     * Committed rows with how often they are there.
     */
    static Map<Record, Integer> rows(Table table)
            throws IOException
    {
        Map<Record, Integer> all = new HashMap<>();
        for (DataFile file : files(table)) {
            try (InputStream in = table.io().newInputFile(file.location()).newStream()) {
                SegmentRows.read(in.readAllBytes(), table.schema()).forEach(row -> all.merge(row, 1, Integer::sum));
            }
        }
        return all;
    }

    @Override
    public void close()
            throws IOException
    {
        writers.forEach(WalWriter::close);
        catalog.close();
        threads.shutdownNow();
    }
}
