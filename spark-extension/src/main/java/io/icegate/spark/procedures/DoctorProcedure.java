package io.icegate.spark.procedures;

import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.wal.engine.EngineWal;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

import java.time.InstantSource;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Tells what a table, or all tables, need, the worst first, with the statement for it. Changes nothing.
 */
final class DoctorProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).defaultValue("NULL").comment("namespace.table; NULL: all tables").build());
    private static final StructType OUTPUT = Answers.type(Finding.COLUMNS);

    private final Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system());
    private final ProcedureTables tables;
    private final EngineWal wal;

    DoctorProcedure(ProcedureTables tables, EngineWal wal)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.wal = requireNonNull(wal, "wal is null");
    }

    @Override
    public String name()
    {
        return "doctor";
    }

    @Override
    public String description()
    {
        return "Tells what tables need, why, what it costs to leave it so, and the statement that does it";
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
        UpkeepStatuses upkeep = new UpkeepStatuses(tables.catalog().warehouse().store());
        return tables.oneOrAll("table", arguments, 0).stream()
                .flatMap(table -> doctor.examine(table, () -> tables.catalog().loadTable(table), wal, upkeep).stream())
                .sorted(Finding.ORDER)
                .map(finding -> Answers.row(Finding.COLUMNS, finding))
                .toList();
    }
}
