package io.icegate.spark.procedures;

import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

import java.util.List;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Tells what was done last to keep a table, or all tables, in order, by whatever process. Does nothing itself.
 */
final class UpkeepProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).defaultValue("NULL").comment("namespace.table; NULL: all tables").build());
    private static final StructType OUTPUT = Answers.type(TableAction.COLUMNS);

    private final ProcedureTables tables;

    UpkeepProcedure(ProcedureTables tables)
    {
        this.tables = requireNonNull(tables, "tables is null");
    }

    @Override
    public String name()
    {
        return "upkeep";
    }

    @Override
    public String description()
    {
        return "Tells what was done last to keep tables in order: what, why and what came of it";
    }

    @Override
    public List<ProcedureParameter> parameters()
    {
        return PARAMETERS;
    }

    @Override
    public StructType output()
    {
        return OUTPUT;
    }

    @Override
    public List<InternalRow> run(InternalRow arguments)
    {
        UpkeepStatuses statuses = new UpkeepStatuses(tables.catalog().warehouse().store());
        return tables.oneOrAll("table", arguments, 0).stream()
                .flatMap(table -> actions(table, statuses))
                .map(action -> Answers.row(TableAction.COLUMNS, action))
                .toList();
    }

    private Stream<TableAction> actions(TableIdentifier table, UpkeepStatuses statuses)
    {
        return tables.catalog().state().object(table, ObjectKind.TABLE)
                .map(CatalogObject::uuid)
                .map(uuid -> statuses.actions(table, uuid))
                .orElse(List.of())
                .stream();
    }
}
