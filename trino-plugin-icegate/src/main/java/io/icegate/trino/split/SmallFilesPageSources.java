package io.icegate.trino.split;

import com.google.inject.Inject;
import io.icegate.trino.split.TimeFilters.TimeFilter;
import io.trino.plugin.iceberg.IcebergPageSourceProviderFactory;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.plugin.iceberg.IcebergTableHandle;
import io.trino.spi.connector.ColumnHandle;
import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.ConnectorPageSourceProvider;
import io.trino.spi.connector.ConnectorPageSourceProviderFactory;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTableCredentials;
import io.trino.spi.connector.ConnectorTableHandle;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.DynamicFilter;
import io.trino.spi.connector.MemoryContext;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * Reads each file, alone or of a {@link SmallFilesSplit}, as Trino's Iceberg connector reads it, and applies
 * {@link TimeFilters} to its rows.
 */
public final class SmallFilesPageSources
        implements ConnectorPageSourceProviderFactory
{
    private final IcebergPageSourceProviderFactory delegate;

    @Inject
    SmallFilesPageSources(IcebergPageSourceProviderFactory delegate)
    {
        this.delegate = requireNonNull(delegate, "delegate is null");
    }

    @Override
    public ConnectorPageSourceProvider createPageSourceProvider()
    {
        return new Provider(delegate.createPageSourceProvider());
    }

    private record Provider(ConnectorPageSourceProvider delegate)
            implements ConnectorPageSourceProvider
    {
        @Override
        public ConnectorPageSource createPageSource(
                ConnectorTransactionHandle transaction,
                ConnectorSession session,
                ConnectorSplit split,
                ConnectorTableHandle table,
                Optional<ConnectorTableCredentials> credentials,
                List<ColumnHandle> columns,
                DynamicFilter filter,
                MemoryContext memory)
        {
            return switch (split) {
                case SmallFilesSplit small -> new SmallFilesPageSource(small.files().stream()
                        .map(file -> (Supplier<ConnectorPageSource>) () -> file(transaction, session, file, (IcebergTableHandle) table, credentials, columns, filter, memory))
                        .collect(toImmutableList()));
                case IcebergSplit file -> file(transaction, session, file, (IcebergTableHandle) table, credentials, columns, filter, memory);
                default -> delegate.createPageSource(transaction, session, split, table, credentials, columns, filter, memory);
            };
        }

        private ConnectorPageSource file(
                ConnectorTransactionHandle transaction,
                ConnectorSession session,
                IcebergSplit file,
                IcebergTableHandle table,
                Optional<ConnectorTableCredentials> credentials,
                List<ColumnHandle> columns,
                DynamicFilter dynamicFilter,
                MemoryContext memory)
        {
            List<TimeFilter> filters = TimeFilters.filters(table, file, columns);
            if (filters.isEmpty()) {
                return delegate.createPageSource(transaction, session, file, table, credentials, columns, dynamicFilter, memory);
            }
            List<ColumnHandle> read = Stream.concat(columns.stream(), filters.stream().map(TimeFilter::column).filter(column -> !columns.contains(column))).collect(toImmutableList());
            return TimeFilteredPages.of(delegate.createPageSource(transaction, session, file, table, credentials, read, dynamicFilter, memory), filters, columns.size());
        }

        @Override
        public long getMemoryUsage()
        {
            return delegate.getMemoryUsage();
        }
    }
}
