package io.icegate.trino.catalog;

import io.trino.spi.connector.SchemaTableName;
import org.apache.iceberg.TableMetadata;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The metadata that was last read of each table, at most of a given number of tables. A metadata file never changes, so
 * one that is at the location which the catalog names is as good as read now; nothing is ever invalidated. Safe for use
 * by many threads.
 */
final class TableMetadataCache
{
    static final int TABLES_MAX = 100;

    private final Map<SchemaTableName, TableMetadata> tables = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true)
    {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SchemaTableName, TableMetadata> eldest)
        {
            return size() > TABLES_MAX;
        }
    });

    TableMetadata read(SchemaTableName table, String location, Function<String, TableMetadata> reader)
    {
        TableMetadata known = tables.get(table);
        if (known != null && location.equals(known.metadataFileLocation())) {
            return known;
        }
        TableMetadata metadata = reader.apply(location);
        tables.put(table, metadata);
        return metadata;
    }
}
