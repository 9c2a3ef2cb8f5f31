package io.icegate.spark.procedures;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.commit.ReconcileMode;
import io.icegate.wal.commit.ReconcileResult;
import io.icegate.wal.engine.EngineWal;
import org.apache.iceberg.Table;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Lets commits of a table go on after a rollback, with the rolled-back rows or without them.
 */
final class ReconcileWalProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).comment("namespace.table").build(),
            ProcedureParameter.in("mode", DataTypes.StringType).comment("accept: rolled-back rows stay out; reappend: they come back").build());
    private static final StructType OUTPUT = new StructType()
            .add("snapshot_id", DataTypes.LongType, true)
            .add("appended_segments", DataTypes.IntegerType, false)
            .add("appended_rows", DataTypes.LongType, false)
            .add("offsets_property", DataTypes.StringType, false)
            .add("offsets_snapshot", DataTypes.StringType, true)
            .add("offsets_after", DataTypes.StringType, false);

    private final ProcedureTables tables;
    private final EngineWal wal;

    ReconcileWalProcedure(ProcedureTables tables, EngineWal wal)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.wal = requireNonNull(wal, "wal is null");
    }

    @Override
    public String name()
    {
        return "reconcile_wal";
    }

    @Override
    public String description()
    {
        return "Lets commits of the WAL go on after the table was rolled back, with the rolled-back rows or without them";
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
        Identifier identifier = tables.identifier("table", arguments, 0);
        ReconcileMode mode = ReconcileMode.parse(arguments.isNullAt(1) ? "" : arguments.getUTF8String(1).toString());
        Table table = tables.load("table", identifier);
        ReconcileResult result = wal.reconcile(table, mode);
        tables.refresh(identifier);
        return List.of(new GenericInternalRow(new Object[] {
                result.snapshotId().orElse(null),
                result.segments(),
                result.rows(),
                UTF8String.fromString(result.property().text()),
                result.snapshot().map(OffsetVector::text).map(UTF8String::fromString).orElse(null),
                UTF8String.fromString(result.after().text()),
        }));
    }
}
