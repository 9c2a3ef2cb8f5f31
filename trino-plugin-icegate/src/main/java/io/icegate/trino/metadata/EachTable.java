package io.icegate.trino.metadata;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.catalog.IceGateTrinoCatalogFactory;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.InMemoryRecordSet;
import io.trino.spi.connector.RecordCursor;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.predicate.Domain;
import io.trino.spi.predicate.TupleDomain;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static io.airlift.slice.Slices.utf8Slice;
import static io.trino.spi.type.VarcharType.VARCHAR;
import static java.util.Objects.requireNonNull;

/**
 * Makes the rows of a system table that is about tables: its first two columns are their schema and name. Asks only for
 * tables that the statement is about and that the user may see, many at once.
 */
public final class EachTable
{
    private static final int TABLES_AT_ONCE = 16;
    private static final int SCHEMA_COLUMN = 0;
    private static final int TABLE_COLUMN = 1;

    private final IceGateTrinoCatalogFactory catalogFactory;

    @Inject
    EachTable(IceGateTrinoCatalogFactory catalogFactory)
    {
        this.catalogFactory = requireNonNull(catalogFactory, "catalogFactory is null");
    }

    /**
     * Makes the rows of one table.
     */
    interface Rows
    {
        /**
         * Keeps failures of the table for itself: other tables are worth showing all the same.
         */
        List<@Nullable Object[]> of(IceGateTrinoCatalog catalog, SchemaTableName table);
    }

    RecordCursor cursor(
            ConnectorTableMetadata metadata,
            ConnectorSession session,
            TupleDomain<Integer> constraint,
            ConnectorAccessControl accessControl,
            Rows rows)
    {
        InMemoryRecordSet.Builder answer = InMemoryRecordSet.builder(metadata);
        ClassLoader classLoader = getClass().getClassLoader();
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(classLoader);
                ExecutorService executor = Executors.newFixedThreadPool(TABLES_AT_ONCE, Thread.ofVirtual().factory())) {
            IceGateTrinoCatalog catalog = catalogFactory.create(session.getIdentity());
            Set<SchemaTableName> tables = catalog.listIcebergTables(session, ImmutableList.of()).stream()
                    .filter(table -> includes(constraint, SCHEMA_COLUMN, table.getSchemaName()) && includes(constraint, TABLE_COLUMN, table.getTableName()))
                    .collect(toImmutableSet());
            List<Future<List<@Nullable Object[]>>> parts = accessControl.filterTables(null, tables).stream()
                    .map(table -> executor.submit(() -> {
                        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(classLoader)) {
                            return rows.of(catalog, table);
                        }
                    }))
                    .collect(toImmutableList());
            for (Future<List<@Nullable Object[]>> part : parts) {
                part.get().forEach(answer::addRow);
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot read %s: interrupted".formatted(metadata.getTable()), e);
        }
        catch (ExecutionException e) {
            throw new IllegalStateException("Cannot read %s: %s".formatted(metadata.getTable(), e.getCause()), e);
        }
        return answer.build().cursor();
    }

    private static boolean includes(TupleDomain<Integer> constraint, int column, String value)
    {
        return constraint.getDomains()
                .map(domains -> domains.getOrDefault(column, Domain.all(VARCHAR)).includesNullableValue(utf8Slice(value)))
                .orElse(false);
    }
}
