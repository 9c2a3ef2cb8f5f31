package io.icegate.trino.split;

import com.google.inject.Inject;
import io.trino.plugin.iceberg.IcebergPageSourceProviderFactory;
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

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * Reads each file of a {@link SmallFilesSplit} as Trino's Iceberg connector reads it, and every other split just so.
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
            if (!(split instanceof SmallFilesSplit small)) {
                return delegate.createPageSource(transaction, session, split, table, credentials, columns, filter, memory);
            }
            return new SmallFilesPageSource(small.files().stream()
                    .map(file -> (Supplier<ConnectorPageSource>) () -> delegate.createPageSource(transaction, session, file, table, credentials, columns, filter, memory))
                    .collect(toImmutableList()));
        }

        @Override
        public long getMemoryUsage()
        {
            return delegate.getMemoryUsage();
        }
    }
}
