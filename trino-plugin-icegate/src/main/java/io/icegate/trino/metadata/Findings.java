package io.icegate.trino.metadata;

import com.google.inject.Inject;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.trino.catalog.IceGateTrinoCatalog;
import io.icegate.trino.upkeep.TableUpkeep;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.connector.SchemaTableName;
import org.jspecify.annotations.Nullable;

import java.util.List;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

/**
 * {@code system.doctor}: what each table needs, with the statement for it. Nothing of a table that is well.
 */
public final class Findings
        extends EachTableAnswer
{
    private final TableUpkeep upkeep;

    @Inject
    Findings(EachTable eachTable, TableUpkeep upkeep)
    {
        super(eachTable, Answers.table("doctor", Finding.COLUMNS));
        this.upkeep = requireNonNull(upkeep, "upkeep is null");
    }

    @Override
    List<@Nullable Object[]> rows(IceGateTrinoCatalog catalog, ConnectorSession session, SchemaTableName table)
    {
        return upkeep.examine(catalog, session, table).stream()
                .map(finding -> Answers.row(Finding.COLUMNS, finding))
                .collect(toImmutableList());
    }
}
