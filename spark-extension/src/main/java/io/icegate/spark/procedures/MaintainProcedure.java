package io.icegate.spark.procedures;

import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.StatementFolder;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.spark.held.HeldTables;
import io.icegate.wal.engine.EngineWal;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Does now what is due in a table, or in all tables that take segments, as {@code ./icegate maintain} does. Runs in the driver; files
 * that cannot be merged there are merged by Spark. What cannot be done is a row of the answer.
 */
final class MaintainProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).defaultValue("NULL").comment("namespace.table; NULL: all tables that take segments").build());
    private static final StructType OUTPUT = Answers.type(TableAction.COLUMNS);

    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final ProcedureTables tables;
    private final SparkRewrite rewrite;

    MaintainProcedure(ProcedureTables tables, HeldTables heldTables)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.rewrite = new SparkRewrite(heldTables);
    }

    @Override
    public String name()
    {
        return "maintain";
    }

    @Override
    public String description()
    {
        return "Merges small files, expires snapshots and does whatever else is due, as ./icegate maintain does";
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
        List<TableIdentifier> names = tables.oneOrAll("table", arguments, 0);
        boolean asked = !arguments.isNullAt(0);
        List<TableAction> actions = new ArrayList<>();
        try (StatementFolder scratch = StatementFolder.create();
                Maintenance maintenance = Maintenance.open(tables.catalog(), tables.catalog().warehouse(), UpkeepSettings.DEFAULT, scratch.path(), random, clock, action -> {}, Optional.of(rewrite))) {
            for (TableIdentifier name : names) {
                keep(maintenance, name, asked).forEach(action -> actions.add(new TableAction(name, action)));
            }
        }
        return actions.stream().map(action -> Answers.row(TableAction.COLUMNS, action)).toList();
    }

    private List<UpkeepAction> keep(Maintenance maintenance, TableIdentifier name, boolean asked)
    {
        Table table;
        try {
            table = tables.catalog().loadTable(name);
        }
        catch (NoSuchTableException e) {
            return List.of(); // dropped meanwhile
        }
        catch (RuntimeException e) {
            return List.of(new UpkeepAction(clock.instant(), Duration.ZERO, name.toString(), "load", false, "look", String.valueOf(e.getMessage())));
        }
        if (!EngineWal.isWalTable(table.properties())) {
            if (asked) {
                throw new IllegalArgumentException("Cannot keep table %s in order: it takes no segments, so its owner does".formatted(name));
            }
            return List.of();
        }
        List<UpkeepAction> actions = maintenance.keep(table, () -> !Thread.currentThread().isInterrupted());
        tables.refresh(Identifier.of(name.namespace().levels(), name.name()));
        return actions;
    }
}
