package io.icegate.maintenance.merge;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.schema.Signal;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.WalCommitter;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.writer.WalLane;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A table of a signal, in memory unless another place is named, with segments that were committed by the real path.
 */
final class MergeFixture
        implements AutoCloseable
{
    private static final Schema DELETES = new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS);
    static final MergePolicy ALL = new MergePolicy(16L << 20, 16, 64L << 20, 2, Duration.ofMinutes(10), 512, 256L << 20);

    final ObjectStore store;
    final Warehouse warehouse;
    final ObjectStoreCatalog catalog;
    final Table table;
    private final Signal signal;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final WalEnvironment environment = WalEnvironment.system(threads);
    private final FooterCache footers = new FooterCache(new ParquetSegmentCodec(), 1_000);
    private final WalCommitter committer;
    private final List<WalWriter> writers = new ArrayList<>();

    MergeFixture(Signal signal)
    {
        this(signal, new Warehouse("memory:merge", new MemoryObjectStore(InstantSource.system())));
    }

    MergeFixture(Signal signal, Warehouse warehouse)
    {
        this.signal = signal;
        this.warehouse = warehouse;
        store = warehouse.store();
        catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
        committer = new WalCommitter(warehouse, footers, new BatchIndexes(store, environment), environment);
        table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), signal.shape());
    }

    /**
     * Opens a writer of its own, as another process.
     */
    WalWriter writer()
    {
        RegistryEntry entry = new RegistryEntry(WriterId.random(Instant.now(), new Random()), Instant.now(), "host", "build", Set.of(table.uuid()));
        WalWriter writer = WalWriter.open(store, entry, footers, WriterOptions.DEFAULT, environment);
        writers.add(writer);
        return writer;
    }

    /**
     * Appends one segment.
     */
    void append(WalWriter writer, RowBatch... batches)
            throws Exception
    {
        WalLane lane = writer.lane(table.uuid(), header -> new ParquetSegmentCodec().encodeSeal(header, table.schema().schemaId(), table.schema()));
        lane.append(header -> new SegmentEncoder(signal.shape()).encode(header, table.schema().schemaId(), table.schema(), List.of(batches))).get(60, SECONDS);
    }

    void commit()
    {
        committer.commit(table, CommitOptions.DEFAULT);
        table.refresh();
    }

    /**
     * The data files of the table.
     */
    List<DataFile> files()
            throws IOException
    {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        return files;
    }

    /**
     * Rows with how often they are there, read by Iceberg.
     */
    Map<Record, Integer> rows()
            throws IOException
    {
        Map<Record, Integer> all = new HashMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                Set<Long> deleted = new HashSet<>();
                for (DeleteFile deletes : task.deletes()) {
                    SegmentRows.read(read(deletes.location()), DELETES).stream()
                            .filter(delete -> delete.get(0).equals(task.file().location()))
                            .forEach(delete -> deleted.add((Long) delete.get(1)));
                }
                List<Record> rows = rows(task.file());
                for (int row = 0; row < rows.size(); row++) {
                    if (!deleted.contains((long) row)) {
                        all.merge(rows.get(row), 1, Integer::sum);
                    }
                }
            }
        }
        return all;
    }

    List<Record> rows(DataFile file)
    {
        try {
            return SegmentRows.read(read(file.location()), table.schema());
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The merged files that are in the store, referenced or not.
     */
    List<String> merged()
            throws IOException
    {
        List<String> found = new ArrayList<>();
        store.list(warehouse.key(table.location()).orElseThrow(), Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream()
                .map(object -> object.key().toString())
                .filter(key -> key.contains("/merged-"))
                .forEach(found::add);
        return found;
    }

    byte[] read(String location)
            throws IOException
    {
        try (InputStream in = table.io().newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
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
