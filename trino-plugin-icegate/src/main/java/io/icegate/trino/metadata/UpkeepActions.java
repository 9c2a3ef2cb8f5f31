package io.icegate.trino.metadata;

import com.google.inject.Inject;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.upkeep.TableUpkeep;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import org.jspecify.annotations.Nullable;

import java.util.List;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.upkeep}: what was done last to keep each table in order, by whatever process.
 */
public final class UpkeepActions
        extends EachTableAnswer
{
    private final TableUpkeep upkeep;

    @Inject
    UpkeepActions(EachTable eachTable, TableUpkeep upkeep)
    {
        super(eachTable, Answers.table("upkeep", TableAction.COLUMNS));
        this.upkeep = requireNonNull(upkeep, "upkeep is null");
    }

    @Override
    List<@Nullable Object[]> rows(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table)
    {
        return upkeep.actions(catalog, table).stream()
                .map(action -> Answers.row(TableAction.COLUMNS, action))
                .collect(toImmutableList());
    }
}
