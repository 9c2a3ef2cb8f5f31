package io.icegate.trino.catalog;

import com.google.common.base.Throwables;
import com.google.common.cache.Cache;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.trino.cache.EvictableCacheBuilder;
import io.trino.spi.connector.SchemaTableName;
import org.apache.iceberg.TableMetadata;

import java.util.function.Function;

import static io.trino.cache.CacheUtils.uncheckedCacheGet;
import static java.util.Objects.requireNonNull;

/**
 * Keeps the last metadata read of each table. A metadata file never changes, so the one at the location that the catalog
 * names is current. The key is the table and not the location, because metadata is large and old versions are rarely read.
 */
final class TableMetadataCache
{
    static final int TABLES_MAX = 100;

    private final Cache<SchemaTableName, TableMetadata> tables = EvictableCacheBuilder.newBuilder()
            .maximumSize(TABLES_MAX)
            // one segment: the bound and the order of eviction are exact
            .concurrencyLevel(1)
            .shareNothingWhenDisabled()
            .build();

    TableMetadata read(SchemaTableName table, String location, Function<String, TableMetadata> reader)
    {
        TableMetadata known = cached(table, location, reader);
        if (location.equals(known.metadataFileLocation())) {
            return known;
        }
        tables.invalidate(table);
        TableMetadata metadata = cached(table, location, reader);
        // another transaction, pinned to another version, may have been faster
        return location.equals(metadata.metadataFileLocation()) ? metadata : reader.apply(location);
    }

    private TableMetadata cached(SchemaTableName table, String location, Function<String, TableMetadata> reader)
    {
        try {
            return uncheckedCacheGet(tables, table, () -> reader.apply(location));
        }
        catch (UncheckedExecutionException e) {
            Throwables.throwIfUnchecked(requireNonNull(e.getCause(), "cause is null"));
            throw e;
        }
    }
}
