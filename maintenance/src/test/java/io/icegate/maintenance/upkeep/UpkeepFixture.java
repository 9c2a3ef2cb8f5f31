package io.icegate.maintenance.upkeep;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A warehouse in memory with tables of logs that get segments by the real path. Store and catalog have the time of this machine;
 * maintenance runs as much later as a test says.
 */
@SuppressWarnings("NullAway") // does not see in class files that a record component is @Nullable
final class UpkeepFixture
        implements AutoCloseable
{
    /**
     * How far the store's clock is ahead, for objects that a test puts or ages.
     */
    private Duration storeAhead = Duration.ZERO;
    final MemoryObjectStore store = new MemoryObjectStore(() -> Instant.now().plus(storeAhead));
    final Warehouse warehouse = new Warehouse("memory:upkeep", store);
    final ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    final List<UpkeepAction> actions = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final WalEnvironment environment = WalEnvironment.system(threads);
    final EngineWal wal = new EngineWal(warehouse, new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT);
    private final List<WalWriter> writers = new ArrayList<>();
    private final Path scratch;
    private long batches;

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
    void append(Table table, RowBatch... rows)
            throws Exception
    {
        appendSegments(table, Stream.of(rows).map(List::of).toList());
    }

    void appendSegments(Table table, List<List<RowBatch>> segments)
            throws Exception
    {
        RegistryEntry entry = new RegistryEntry(WriterId.random(Instant.now(), new Random()), Instant.now(), "host", "build", Set.of(table.uuid()));
        WalWriter writer = WalWriter.open(store, entry, wal.footers(), WriterOptions.DEFAULT, environment);
        writers.add(writer);
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        for (List<RowBatch> segment : segments) {
            lane.append(header -> new SegmentEncoder(Signal.LOGS.shape()).encode(header, table.schema().schemaId(), table.schema(), segment)).get(60, SECONDS);
        }
    }

    /**
     * A batch of rows of one event time, unlike all batches before.
     */
    RowBatch batch(String tenant, Instant time, int rows)
    {
        ResourceValues resource = new ResourceValues(Attributes.of(List.of(new Entry("service.name", new AttributeValue.Text("shop")))), 0, null, List.of());
        ScopeValues scope = new ScopeValues("scope", "1.0", Attributes.EMPTY, 0, null);
        long micros = LogRows.micros(time);
        long id = batches++;
        return new LogBatch(new BatchId(1, id), tenant, IntStream.range(0, rows)
                .mapToObj(row -> new LogRow(
                        resource,
                        scope,
                        micros,
                        micros,
                        micros * 1000,
                        0,
                        9,
                        "INFO",
                        null,
                        new CanonicalText(CanonicalText.STRING, "%s-%s-%s".formatted(tenant, id, row)),
                        null,
                        null,
                        0,
                        Attributes.EMPTY,
                        0,
                        null))
                .toList(), rows * 100L);
    }

    void commit(Table table)
    {
        wal.commit(table, CommitOptions.DEFAULT);
        table.refresh();
    }

    void storeAhead(Duration time)
    {
        storeAhead = time;
    }

    /**
     * Puts an object that is so many days old.
     */
    ObjectKey put(ObjectKey key, int days)
    {
        storeAhead = Duration.ofDays(-days);
        store.put(key, new byte[100]);
        storeAhead = Duration.ZERO;
        return key;
    }

    /**
     * Makes all objects of a folder that are there so many days old.
     */
    void age(ObjectKey folder, int days)
    {
        age(folder, Duration.ofDays(days));
    }

    void age(ObjectKey folder, Duration age)
    {
        storeAhead = age.negated();
        keys(folder).forEach(key -> store.put(key, store.get(key).orElseThrow().content()));
        storeAhead = Duration.ZERO;
    }

    List<ObjectKey> keys(ObjectKey folder)
    {
        return store.list(folder, Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream().map(ObjectHead::key).toList();
    }

    ObjectKey folder(Table table)
    {
        return warehouse.key(table.location()).orElseThrow();
    }

    KnownTables known()
    {
        return new KnownTables()
        {
            @Override
            public boolean has(UUID table)
            {
                return catalog.findTable(table).isPresent();
            }

            @Override
            public boolean owns(String location)
            {
                return catalog.findByLocation(location).isPresent();
            }
        };
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
