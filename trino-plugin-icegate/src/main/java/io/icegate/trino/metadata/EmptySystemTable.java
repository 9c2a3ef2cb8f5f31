package io.icegate.trino.metadata;

import io.trino.spi.connector.ConnectorPageSource;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.EmptyPageSource;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;

import static java.util.Objects.requireNonNull;

/**
 * A system table without rows. Stands for {@code "t$files"} and {@code "t$partitions"} while a table has no snapshot: Trino's
 * own fail then.
 */
record EmptySystemTable(ConnectorTableMetadata metadata)
        implements SystemTable
{
    EmptySystemTable
    {
        requireNonNull(metadata, "metadata is null");
    }

    @Override
    public Distribution getDistribution()
    {
        return Distribution.SINGLE_COORDINATOR;
    }

    @Override
    public ConnectorTableMetadata getTableMetadata()
    {
        return metadata;
    }

    @Override
    public ConnectorPageSource pageSource(ConnectorTransactionHandle transaction, ConnectorSession session, TupleDomain<Integer> constraint)
    {
        return new EmptyPageSource();
    }
}
