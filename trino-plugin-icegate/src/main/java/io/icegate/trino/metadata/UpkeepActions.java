package io.icegate.trino.metadata;

import com.google.inject.Inject;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.trino.upkeep.TableUpkeep;
import io.trino.spi.connector.ConnectorAccessControl;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.ConnectorSplit;
import io.trino.spi.connector.ConnectorTableMetadata;
import io.trino.spi.connector.ConnectorTransactionHandle;
import io.trino.spi.connector.RecordCursor;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.predicate.TupleDomain;

import java.util.Set;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.upkeep}: what was done last to keep each table in order, by whatever process.
 */
public final class UpkeepActions
        implements SystemTable
{
    private static final ConnectorTableMetadata METADATA = Answers.table("upkeep", TableAction.COLUMNS);

    private final EachTable eachTable;
    private final TableUpkeep upkeep;

    @Inject
    UpkeepActions(EachTable eachTable, TableUpkeep upkeep)
    {
        this.eachTable = requireNonNull(eachTable, "eachTable is null");
        this.upkeep = requireNonNull(upkeep, "upkeep is null");
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
        return eachTable.cursor(METADATA, session, constraint, accessControl, (catalog, table) -> upkeep.actions(catalog, table).stream()
                .map(action -> Answers.row(TableAction.COLUMNS, action))
                .collect(toImmutableList()));
    }
}
