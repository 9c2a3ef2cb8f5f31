package io.icegate.receiver;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchRange;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.wal.read.RunEnd;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the logs table, or the table of another signal, holds: read by Iceberg's generic readers, the metadata first, then the live tail.
 *
 * @param committed text of each committed row, of a log record its body
 * @param live text of each live row, without duplicates
 * @param openWriters whose run does not end with a seal
 */
record StoredLogs(List<String> committed, List<String> live, int liveSegments, long openWriters)
{
    static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    static StoredLogs read(String warehouse)
            throws IOException
    {
        return read(warehouse, Map.of(), LOGS);
    }

    static StoredLogs read(String location, Map<String, String> store, TableIdentifier name)
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(location, store);
        Table table = catalog(warehouse).loadTable(name);
        return read(warehouse, table, table.schema(), row -> (String) row.getField("body"));
    }

    /**
     * @param text what tells rows of that table apart
     */
    static StoredLogs read(String location, String table, Function<Record, String> text)
            throws IOException
    {
        return read(location, Map.of(), table, text);
    }

    /**
     * @param text what tells rows of that table apart
     */
    static StoredLogs read(String location, Map<String, String> store, String table, Function<Record, String> text)
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(location, store);
        Table loaded = catalog(warehouse).loadTable(TableIdentifier.of(LOGS.namespace(), table));
        return read(warehouse, loaded, loaded.schema(), text);
    }

    /**
     * Reads one column, which takes a fraction of the time.
     */
    static StoredLogs readColumn(String location, Map<String, String> store, String table, String column)
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(location, store);
        Table loaded = catalog(warehouse).loadTable(TableIdentifier.of(LOGS.namespace(), table));
        return read(warehouse, loaded, loaded.schema().select(column), row -> String.valueOf(row.getField(column)));
    }

    /**
     * True when nothing waits for a commit to that table; reads no rows.
     */
    static boolean isAllCommitted(String location, Map<String, String> store, String table)
    {
        Warehouse warehouse = Warehouses.open(location, store);
        return tail(warehouse, catalog(warehouse).loadTable(TableIdentifier.of(LOGS.namespace(), table))).isEmpty();
    }

    static ObjectStoreCatalog catalog(String location)
    {
        return catalog(Warehouses.open(location, Map.of()));
    }

    static ObjectStoreCatalog catalog(Warehouse warehouse)
    {
        return ObjectStoreCatalog.open("test", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    }

    /**
     * The first live row with that body, all columns.
     */
    static Record liveRow(String location, String body)
            throws IOException
    {
        return liveRow(location, "body", body);
    }

    /**
     * The first live row with that value, all columns.
     */
    static Record liveRow(String location, String column, String value)
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(location, Map.of());
        Table table = catalog(warehouse).loadTable(LOGS);
        for (LiveSegment segment : tail(warehouse, table).segments()) {
            for (Record row : SegmentRows.read(warehouse.store().get(segment.key().objectKey()).orElseThrow().content(), table.schema())) {
                if (value.equals(row.getField(column))) {
                    return row;
                }
            }
        }
        throw new AssertionError("No live row has the %s '%s'".formatted(column, value));
    }

    private static LiveTail tail(Warehouse warehouse, Table table)
    {
        return new LiveTailReader(warehouse, new FooterCache(new ParquetSegmentCodec(), 100_000), Runnable::run)
                .read(((BaseTable) table).operations().current());
    }

    private static StoredLogs read(Warehouse warehouse, Table table, Schema columns, Function<Record, String> text)
            throws IOException
    {
        LiveTail tail = tail(warehouse, table);
        List<String> committed = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).project(columns).build()) {
            rows.forEach(row -> committed.add(text.apply(row)));
        }
        List<String> live = new ArrayList<>();
        for (LiveSegment segment : tail.segments()) {
            List<Record> rows = SegmentRows.read(warehouse.store().get(segment.key().objectKey()).orElseThrow().content(), columns);
            List<BatchRange> duplicates = tail.duplicates().getOrDefault(segment.key(), List.of());
            for (int row = 0; row < rows.size(); row++) {
                int index = row;
                if (duplicates.stream().noneMatch(range -> index >= range.firstRow() && index < range.firstRow() + range.rows())) {
                    live.add(text.apply(rows.get(row)));
                }
            }
        }
        long openWriters = tail.ends().values().stream().filter(end -> end.kind() != RunEnd.Kind.SEALED).count();
        return new StoredLogs(committed, live, tail.segments().size(), openWriters);
    }

    List<String> all()
    {
        List<String> all = new ArrayList<>(committed);
        all.addAll(live);
        return all;
    }
}
