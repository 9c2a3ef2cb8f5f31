package io.icegate.receiver;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.table.TableSpecs;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What the tables of all signals hold, as {@link StoredLogs} reads them.
 *
 * @param committed key of each committed row
 * @param live key of each live row, without duplicates
 * @param openWriters whose run does not end with a seal, of all tables
 */
record StoredSignals(List<String> committed, List<String> live, long openWriters)
{
    private static final int KEY_LENGTH_MAX = 40;

    /**
     * Names a record by its table and its text, of which the beginning must be unique.
     */
    static String key(SignalSample sample, String text)
    {
        return sample.table() + " " + (text.length() <= KEY_LENGTH_MAX ? text : text.substring(0, KEY_LENGTH_MAX));
    }

    static StoredSignals read(String location, Map<String, String> store)
            throws IOException
    {
        List<String> committed = new ArrayList<>();
        List<String> live = new ArrayList<>();
        long openWriters = 0;
        for (SignalSample sample : SignalSample.ALL) {
            StoredLogs stored = StoredLogs.readColumn(location, store, sample.table(), sample.column());
            stored.committed().forEach(text -> committed.add(key(sample, text)));
            stored.live().forEach(text -> live.add(key(sample, text)));
            openWriters += stored.openWriters();
        }
        return new StoredSignals(committed, live, openWriters);
    }

    List<String> all()
    {
        List<String> all = new ArrayList<>(committed);
        all.addAll(live);
        return all;
    }

    /**
     * True when nothing waits for a commit; reads no rows.
     */
    static boolean isAllCommitted(String location, Map<String, String> store)
    {
        return SignalSample.ALL.stream().allMatch(sample -> StoredLogs.isAllCommitted(location, store, sample.table()));
    }

    /**
     * Rewrites each table into one file without deletes, as an engine does. The segments are no files of the table then.
     */
    static void compact(String location, Map<String, String> store)
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(location, store);
        for (SignalSample sample : SignalSample.ALL) {
            compact(StoredLogs.catalog(warehouse).loadTable(TableIdentifier.of(StoredLogs.LOGS.namespace(), sample.table())));
        }
    }

    private static void compact(Table table)
            throws IOException
    {
        Set<DataFile> files = new HashSet<>();
        Set<DeleteFile> deletes = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                files.add(task.file().copy());
                task.deletes().forEach(delete -> deletes.add(delete.copy()));
            }
        }
        PartitionSpec spec = TableSpecs.unpartitioned(table.name(), table.specs().values());
        DataWriter<Record> writer = Parquet.writeData(table.io().newOutputFile("%s/data/compacted-%s.parquet".formatted(table.location(), UUID.randomUUID())))
                .schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .withSpec(spec)
                .build();
        try (writer; CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            rows.forEach(writer::write);
        }
        RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId()).addFile(writer.toDataFile());
        files.forEach(rewrite::deleteFile);
        deletes.forEach(rewrite::deleteFile);
        rewrite.commit();
    }
}
