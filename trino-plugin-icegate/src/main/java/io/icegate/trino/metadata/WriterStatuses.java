package io.icegate.trino.metadata;

import com.google.inject.Inject;
import io.icegate.trino.live.WalReads;
import io.icegate.wal.status.WriterStatus;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.RecordCursor;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Set;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.wal_status}: one row for each writer of each table that takes segments.
 */
public final class WriterStatuses
        implements SystemTable
{
    private static final ConnectorTableMetadata METADATA = Answers.table("wal_status", WriterStatus.COLUMNS);

    private final EachTable eachTable;
    private final WalReads walReads;

    @Inject
    WriterStatuses(EachTable eachTable, WalReads walReads)
    {
        this.eachTable = requireNonNull(eachTable, "eachTable is null");
        this.walReads = requireNonNull(walReads, "walReads is null");
    }

    @Override
    public Distribution getDistribution()
    {
        return Distribution.SINGLE_COORDINATOR;
    }

    @Override
    public ConnectorTableMetadata getTableMetadata()
    {
        return METADATA;
    }

    @Override
    public RecordCursor cursor(
            ConnectorTransactionHandle transaction,
            ConnectorSession session,
            TupleDomain<Integer> constraint,
            Set<Integer> requiredColumns,
            ConnectorSplit split,
            ConnectorAccessControl accessControl)
    {
        return eachTable.cursor(METADATA, session, constraint, accessControl, (catalog, table) -> walReads
                .writers(TableIdentifier.of(Namespace.of(table.getSchemaName()), table.getTableName()), () -> catalog.metadata(session, table)).stream()
                .map(status -> Answers.row(WriterStatus.COLUMNS, status))
                .collect(toImmutableList()));
    }
}
