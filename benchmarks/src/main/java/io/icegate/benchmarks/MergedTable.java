package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the current snapshot of a table holds.
 */
record MergedTable(long rows, long bytes, long files)
{
    static MergedTable of(Table table)
    {
        Map<String, String> summary = table.currentSnapshot().summary();
        return new MergedTable(Long.parseLong(summary.get("total-records")), Long.parseLong(summary.get("total-files-size")), Long.parseLong(summary.get("total-data-files")));
    }

    /**
     * @param warehouse a folder
     */
    static MergedTable read(Path warehouse, Payload payload)
            throws IOException
    {
        try (ObjectStoreCatalog catalog = open(warehouse)) {
            return of(catalog.loadTable(identifier(payload)));
        }
    }

    static ObjectStoreCatalog open(Path warehouse)
    {
        Warehouse opened = new Warehouse("file:" + warehouse.toAbsolutePath(), new LocalObjectStore(warehouse));
        return ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of());
    }

    static TableIdentifier identifier(Payload payload)
    {
        return TableIdentifier.of("otel", payload.table());
    }
}
