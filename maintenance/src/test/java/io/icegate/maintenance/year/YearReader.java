package io.icegate.maintenance.year;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.LiveFile;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A coordinator: finds the files of a query as Trino does, the committed ones by Iceberg and the live ones by the WAL.
 */
final class YearReader
        implements AutoCloseable
{
    private static final Schema DELETES = new Schema(MetadataColumns.DELETE_FILE_PATH, MetadataColumns.DELETE_FILE_POS);

    private final Warehouse warehouse;
    private final ObjectStoreCatalog catalog;
    private final EngineWal wal;
    private final CachedFileIO files;
    private final Map<UUID, TableMetadata> known = new HashMap<>();

    YearReader(YearWarehouse year, Warehouse seen)
    {
        this.warehouse = seen;
        this.catalog = year.catalog(seen, year.clock);
        this.wal = new EngineWal(seen, new ParquetSegmentCodec(), year.environment(year.clock, Runnable::run), year.limits);
        this.files = new CachedFileIO(seen);
    }

    /**
     * A plan of one query.
     */
    record Plan(UUID table, Schema schema, List<FileScanTask> committed, List<LiveFile> live) {}

    ObjectStoreCatalog catalog()
    {
        return catalog;
    }

    /**
     * Plans a query of a whole table; empty when there is no such table.
     */
    Optional<Plan> plan(String name)
    {
        return metadata(name).map(metadata -> {
            List<LiveFile> live = wal.files(metadata, wal.tail(metadata));
            Table table = new BaseTable(new StaticTableOperations(metadata, files), name);
            List<FileScanTask> committed = new ArrayList<>();
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planWith(new CallersThread()).planFiles()) {
                tasks.forEach(committed::add);
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Plan(UUID.fromString(metadata.uuid()), metadata.schema(), committed, live);
        });
    }

    /**
     * The newest metadata, read only when it changed.
     */
    Optional<TableMetadata> metadata(String name)
    {
        CatalogState state = catalog.state();
        Optional<CatalogObject> object = state.object(TableIdentifier.of(YearReceiver.NAMESPACE, name));
        return object.map(table -> known.compute(table.uuid(), (uuid, before) ->
                before != null && table.metadataLocation().equals(before.metadataFileLocation()) ? before : TableMetadataParser.read(files.newInputFile(table.metadataLocation()))));
    }

    int manifests(String name)
    {
        return metadata(name).map(TableMetadata::currentSnapshot).map(snapshot -> snapshot.allManifests(files).size()).orElse(0);
    }

    /**
     * How often each row is there, by its body.
     */
    Map<String, Integer> rows(Plan plan)
    {
        Map<String, Integer> rows = new HashMap<>();
        for (FileScanTask task : plan.committed()) {
            count(plan, task.file().location(), task.deletes(), rows);
        }
        for (LiveFile file : plan.live()) {
            count(plan, file.file().location(), file.deletes().map(List::of).orElse(List.of()), rows);
        }
        return rows;
    }

    private void count(Plan plan, String location, List<DeleteFile> deletes, Map<String, Integer> rows)
    {
        Set<Long> deleted = new HashSet<>();
        for (DeleteFile file : deletes) {
            for (Record delete : SegmentRows.read(read(file.location()), DELETES)) {
                if (delete.get(0).equals(location)) {
                    deleted.add((Long) delete.get(1));
                }
            }
        }
        List<Record> records = SegmentRows.read(read(location), plan.schema().select("body"));
        for (int row = 0; row < records.size(); row++) {
            if (!deleted.contains((long) row)) {
                rows.merge((String) records.get(row).get(0), 1, Integer::sum);
            }
        }
    }

    private byte[] read(String location)
    {
        try {
            return warehouse.store().get(warehouse.key(location).orElseThrow()).orElseThrow().content();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close()
            throws IOException
    {
        catalog.close();
    }
}
