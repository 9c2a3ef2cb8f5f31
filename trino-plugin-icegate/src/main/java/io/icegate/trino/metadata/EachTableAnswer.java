package io.icegate.trino.metadata;

import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.RecordCursor;
import io.trino.spi.connector.SchemaTableName;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * A system table that is about tables, as {@link EachTable} reads it.
 */
abstract class EachTableAnswer
        implements SystemTable
{
    private final EachTable eachTable;
    private final ConnectorTableMetadata metadata;

    EachTableAnswer(EachTable eachTable, ConnectorTableMetadata metadata)
    {
        this.eachTable = requireNonNull(eachTable, "eachTable is null");
        this.metadata = requireNonNull(metadata, "metadata is null");
    }

    /**
     * The rows of one table, see {@link EachTable.Rows#of}.
     */
    abstract List<@Nullable Object[]> rows(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table);

    @Override
    public final Distribution getDistribution()
    {
        return Distribution.SINGLE_COORDINATOR;
    }

    @Override
    public final ConnectorTableMetadata getTableMetadata()
    {
        return metadata;
    }

    @Override
    public final RecordCursor cursor(
            ConnectorTransactionHandle transaction,
            ConnectorSession session,
            TupleDomain<Integer> constraint,
            Set<Integer> requiredColumns,
            ConnectorSplit split,
            ConnectorAccessControl accessControl)
    {
        return eachTable.cursor(metadata, session, constraint, accessControl, (catalog, table) -> rows(catalog, session, table));
    }
}
