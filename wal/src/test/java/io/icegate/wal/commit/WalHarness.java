package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.FlakyObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveFile;
import io.icegate.wal.read.LiveFiles;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.wal.registry.RegistryEntry;
import io.icegate.wal.writer.WalWriter;
import io.icegate.wal.writer.WriterOptions;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/**
 * One table and its WAL in memory, and the question that matters: which batches does a reader see, and how often. Actors
 * use a store that fails as often as asked; the answer comes from the store behind it.
 */
final class WalHarness
        implements AutoCloseable
{
    static final TableIdentifier TABLE = TableIdentifier.of("otel", "logs");
    static final Schema SCHEMA = new Schema(Types.NestedField.optional(1, "body", Types.StringType.get()), Types.NestedField.optional(2, "day", Types.IntegerType.get()));

    final TestingClock clock = new TestingClock();
    final ExecutorService threads = Executors.newCachedThreadPool();
    final RandomGenerator random;
    final GuardedCatalog catalog;
    final Warehouse truth;
    final Warehouse warehouse;

    WalHarness(CommitGuard guard, long seed, int failingPercent)
    {
        this.random = new Random(seed);
        this.catalog = new GuardedCatalog(guard);
        ObjectStore store = new MemoryObjectStore(clock);
        this.truth = new Warehouse("memory:test", store);
        this.warehouse = new Warehouse("memory:test", new FlakyObjectStore(store, seed, failingPercent));
        catalog.createNamespace(Namespace.of("otel"));
        createTable();
    }

    void createTable()
    {
        Table table = catalog.createTable(TABLE, SCHEMA, PartitionSpec.unpartitioned(), Map.of(
                OffsetVector.PROPERTY, "",
                TableProperties.FORMAT_VERSION, "2",
                TableProperties.COMMIT_MIN_RETRY_WAIT_MS, "1",
                TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "5"));
        table.updateSpec().addField("day").commit();
    }

    Table table()
    {
        return catalog.loadTable(TABLE);
    }

    TableMetadata metadata()
    {
        return ((BaseTable) table()).operations().current();
    }

    FooterCache footers()
    {
        return new FooterCache(new FakeSegments(), FooterCache.COUNT_MAX_DEFAULT);
    }

    WalEnvironment environment(Executor executor)
    {
        return new WalEnvironment(executor, clock, clock::nanoTime, clock.sleeper(), random);
    }

    WalCommitter committer()
    {
        return new WalCommitter(warehouse, footers(), indexes(), environment(Runnable::run));
    }

    BatchIndexes indexes()
    {
        return new BatchIndexes(warehouse.store(), environment(Runnable::run));
    }

    WalWriter writer()
    {
        return writer(threads);
    }

    /**
     * A writer whose heartbeat never beats.
     */
    WalWriter silentWriter()
    {
        AtomicBoolean heartbeat = new AtomicBoolean(true);
        return writer(task -> {
            if (!heartbeat.getAndSet(false)) {
                threads.execute(task);
            }
        });
    }

    WalWriter writer(Executor executor)
    {
        WriterId id = WriterId.random(clock.instant(), random);
        return WalWriter.open(warehouse.store(), new RegistryEntry(id, clock.instant(), "host", "build", Set.of(table().uuid())), footers(), WriterOptions.DEFAULT, environment(executor));
    }

    LiveTail tail(TableMetadata metadata)
    {
        return new LiveTailReader(truth, footers(), Runnable::run).read(metadata);
    }

    /**
     * How often a reader that asks now sees each batch, live and committed together.
     */
    Map<BatchId, Integer> visible()
    {
        Table table = table();
        TableMetadata metadata = ((BaseTable) table).operations().current();
        return visible(table, tail(metadata));
    }

    /**
     * @param table whose snapshot is read, which should be that of the tail's metadata
     */
    Map<BatchId, Integer> visible(Table table, LiveTail tail)
    {
        TableMetadata metadata = ((BaseTable) table).operations().current();
        Map<BatchId, Integer> counts = committed(table);
        for (LiveFile file : new LiveFiles(truth, new FakeSegments(), environment(Runnable::run).waiting()).files(metadata, tail)) {
            Set<Integer> deleted = new HashSet<>();
            file.deletes().ifPresent(deletes -> deleted.addAll(FakeSegments.deletedFirstRows(read(deletes))));
            batches(file.file(), deleted).forEach(batch -> counts.merge(batch.id(), 1, Integer::sum));
        }
        return counts;
    }

    /**
     * How often an ordinary Iceberg reader sees each batch.
     */
    Map<BatchId, Integer> committed()
    {
        return committed(table());
    }

    private Map<BatchId, Integer> committed(Table table)
    {
        Map<BatchId, Integer> counts = new TreeMap<>(Comparator.comparingLong(BatchId::high).thenComparingLong(BatchId::low));
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                batches(table, task).forEach(batch -> counts.merge(batch.id(), 1, Integer::sum));
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counts;
    }

    /**
     * The table's data files.
     */
    List<DataFile> files()
    {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /**
     * The batches of a file that are not deleted.
     */
    List<BatchRange> batches(Table table, FileScanTask task)
    {
        Set<Integer> deleted = new HashSet<>();
        task.deletes().forEach(deletes -> deleted.addAll(FakeSegments.deletedFirstRows(readTableFile(table, deletes))));
        return batches(task.file(), deleted);
    }

    private List<BatchRange> batches(ContentFile<?> file, Set<Integer> deletedFirstRows)
    {
        return FakeSegments.footer(read(file)).batches().stream().filter(batch -> !deletedFirstRows.contains(batch.firstRow())).toList();
    }

    String store(String key, byte[] content)
    {
        try {
            truth.store().put(new ObjectKey(key), content);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return truth.location(new ObjectKey(key));
    }

    private byte[] read(ContentFile<?> file)
    {
        try {
            return truth.store().get(truth.key(file.location()).orElseThrow()).orElseThrow().content();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] readTableFile(Table table, ContentFile<?> file)
    {
        try (InputStream in = table.io().newInputFile(file.location()).newStream()) {
            return in.readAllBytes();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close()
    {
        threads.shutdownNow();
    }
}
