package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchId;
import io.icegate.wal.BatchRange;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.FooterCache;
import io.icegate.wal.LiveFile;
import io.icegate.wal.LiveFiles;
import io.icegate.wal.LiveTailReader;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.RegistryEntry;
import io.icegate.wal.TestingClock;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalWriter;
import io.icegate.wal.WriterId;
import io.icegate.wal.WriterOptions;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
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
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * One table and its WAL in memory, and the question that matters: which batches does a reader see, and how often.
 */
final class WalHarness
        implements AutoCloseable
{
    static final TableIdentifier TABLE = TableIdentifier.of("otel", "logs");
    static final Schema SCHEMA = new Schema(Types.NestedField.optional(1, "body", Types.StringType.get()), Types.NestedField.optional(2, "day", Types.IntegerType.get()));

    final TestingClock clock = new TestingClock();
    final ExecutorService executor = Executors.newCachedThreadPool();
    final RandomGenerator random;
    final GuardedCatalog catalog;
    final Warehouse warehouse;
    final WalEnvironment environment;

    WalHarness(CommitGuard guard, StoreFactory stores, RandomGenerator random)
    {
        this.random = random;
        this.catalog = new GuardedCatalog(guard);
        this.warehouse = new Warehouse("memory:test", stores.create(clock));
        this.environment = new WalEnvironment(executor, clock, () -> clock.millis() * 1_000_000, duration -> {}, random);
        catalog.createNamespace(Namespace.of("otel"));
        Table table = catalog.createTable(TABLE, SCHEMA, PartitionSpec.unpartitioned(), Map.of(
                OffsetVector.PROPERTY, "",
                TableProperties.FORMAT_VERSION, "2",
                TableProperties.COMMIT_MIN_RETRY_WAIT_MS, "1",
                TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "5"));
        table.updateSpec().addField("day").commit();
    }

    /**
     * Makes the store of a harness.
     */
    interface StoreFactory
    {
        ObjectStore create(TestingClock clock);
    }

    Table table()
    {
        return catalog.loadTable(TABLE);
    }

    FooterCache footers()
    {
        return new FooterCache(new FakeSegments(), FooterCache.COUNT_MAX_DEFAULT);
    }

    WalCommitter committer()
    {
        return new WalCommitter(warehouse, footers(), environment);
    }

    WalWriter writer()
    {
        WriterId id = WriterId.random(clock.instant(), random);
        return WalWriter.open(warehouse.store(), new RegistryEntry(id, clock.instant(), "host", "build", Set.of(table().uuid())), footers(), WriterOptions.DEFAULT, environment);
    }

    /**
     * How often a reader that asks now sees each batch, live and committed together.
     */
    Map<BatchId, Integer> visible()
    {
        TableMetadata metadata = ((BaseTable) table()).operations().current();
        List<LiveFile> live = new LiveFiles(warehouse, new FakeSegments()).files(metadata, new LiveTailReader(warehouse, footers(), executor).read(metadata));
        Map<BatchId, Integer> counts = committed();
        for (LiveFile file : live) {
            Set<Integer> deleted = new HashSet<>();
            file.deletes().ifPresent(deletes -> deleted.addAll(FakeSegments.deletedFirstRows(read(deletes))));
            count(counts, file.file(), deleted);
        }
        return counts;
    }

    /**
     * How often an ordinary Iceberg reader sees each batch.
     */
    Map<BatchId, Integer> committed()
    {
        Map<BatchId, Integer> counts = new TreeMap<>(Comparator.comparingLong(BatchId::high).thenComparingLong(BatchId::low));
        Table table = table();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                Set<Integer> deleted = new HashSet<>();
                task.deletes().forEach(deletes -> deleted.addAll(FakeSegments.deletedFirstRows(readTableFile(table, deletes))));
                count(counts, task.file(), deleted);
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counts;
    }

    private void count(Map<BatchId, Integer> counts, ContentFile<?> file, Set<Integer> deletedFirstRows)
    {
        for (BatchRange range : FakeSegments.footer(read(file)).batches()) {
            if (!deletedFirstRows.contains(range.firstRow())) {
                counts.merge(range.id(), 1, Integer::sum);
            }
        }
    }

    private byte[] read(ContentFile<?> file)
    {
        try {
            return warehouse.store().get(warehouse.key(file.location()).orElseThrow()).orElseThrow().content();
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
        executor.shutdownNow();
    }
}
