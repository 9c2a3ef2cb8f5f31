package io.icegate.catalog;

import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.LatencyObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One process appends to a table every second, another merges what was appended, and neither ever fails. {@code
 * -Dicegate.append-seconds} sets for how long; {@code -Plong} sets ten minutes.
 */
final class TestAppendsBesideMerges
{
    private static final Duration GET = Duration.ofMillis(12);
    private static final Duration PUT = Duration.ofMillis(30);
    private static final TableIdentifier TABLE = TableIdentifier.of(Namespace.of("otel"), "logs");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final int APPENDS = Integer.getInteger("icegate.append-seconds", 6);
    private static final int MERGED_MIN = 2;

    @Test
    void testNeitherFails()
            throws Exception
    {
        MemoryObjectStore memory = new MemoryObjectStore(InstantSource.system());
        ObjectStoreCatalog appending = open(memory);
        ObjectStoreCatalog merging = open(memory);
        appending.createNamespace(TABLE.namespace());
        Table table = appending.createTable(TABLE, SCHEMA);
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Integer> merges = new FutureTask<>(() -> merge(merging.loadTable(TABLE), done));
        new Thread(merges, "merge").start();
        try {
            for (int i = 0; i < APPENDS; i++) {
                long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                table.newFastAppend().appendFile(file("append-" + i, 1)).commit();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
            }
        }
        finally {
            done.set(true);
        }
        System.out.println(APPENDS + " appends beside " + merges.get() + " merges");
        assertThat(merges.get()).isPositive();
        table.refresh();
        assertThat(files(table).stream().mapToLong(DataFile::recordCount).sum()).isEqualTo(APPENDS);
        appending.close();
        merging.close();
    }

    private static ObjectStoreCatalog open(MemoryObjectStore memory)
    {
        Warehouse warehouse = new Warehouse("memory:appends", LatencyObjectStore.of(memory, GET, PUT));
        return ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    }

    private static int merge(Table table, AtomicBoolean done)
            throws IOException
    {
        int merges = 0;
        while (!done.get()) {
            table.refresh();
            List<DataFile> files = files(table);
            if (files.size() < MERGED_MIN) {
                continue;
            }
            DataFile merged = file("merge-" + merges, files.stream().mapToLong(DataFile::recordCount).sum());
            RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId()).addFile(merged);
            files.forEach(rewrite::deleteFile);
            rewrite.commit();
            merges++;
        }
        return merges;
    }

    private static List<DataFile> files(Table table)
            throws IOException
    {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        }
        return files;
    }

    private static DataFile file(String name, long records)
    {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory:appends/otel/data/" + name + ".parquet")
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1000)
                .withRecordCount(records)
                .build();
    }
}
