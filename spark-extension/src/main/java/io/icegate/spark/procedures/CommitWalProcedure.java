package io.icegate.spark.procedures;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
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
 * Makes waiting segments part of a table, with the committer that the receivers use. Fenced, so it may run anywhere, at
 * any time, beside any number of others.
 */
final class CommitWalProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).comment("namespace.table").build(),
            ProcedureParameter.in("max_files", DataTypes.IntegerType).defaultValue(Integer.toString(CommitOptions.SEGMENTS_MAX)).comment("at most so many segments").build(),
            ProcedureParameter.in("seal_silent", DataTypes.BooleanType).defaultValue("true").comment("end writers that have no heartbeat").build());
    private static final StructType OUTPUT = new StructType()
            .add("snapshot_id", DataTypes.LongType, true)
            .add("committed_segments", DataTypes.IntegerType, false)
            .add("committed_rows", DataTypes.LongType, false)
            .add("committed_bytes", DataTypes.LongType, false)
            .add("duplicate_batches", DataTypes.IntegerType, false)
            .add("offsets_before", DataTypes.StringType, false)
            .add("offsets_after", DataTypes.StringType, false);

    private final ProcedureTables tables;
    private final EngineWal wal;

    CommitWalProcedure(ProcedureTables tables, EngineWal wal)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.wal = requireNonNull(wal, "wal is null");
    }

    @Override
    public String name()
    {
        return "commit_wal";
    }

    @Override
    public String description()
    {
        return "Makes WAL segments that wait behind the table's snapshot part of the table, by reference";
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
        CommitOptions options = options(arguments);
        Table table = tables.load("table", identifier);
        if (OffsetVector.fromProperties(table.properties()).isEmpty()) {
            throw new IllegalArgumentException("Cannot commit the WAL of 'table' %s: it has none, property %s is not set".formatted(table.name(), OffsetVector.PROPERTY));
        }
        CommitResult result = wal.commit(table, options);
        tables.refresh(identifier);
        return List.of(new GenericInternalRow(new Object[] {
                result.snapshotId().orElse(null),
                result.segments(),
                result.rows(),
                result.bytes(),
                result.duplicateBatches(),
                UTF8String.fromString(result.before().text()),
                UTF8String.fromString(result.after().text()),
        }));
    }

    private static CommitOptions options(InternalRow arguments)
    {
        int filesMax = arguments.isNullAt(1) ? CommitOptions.SEGMENTS_MAX : arguments.getInt(1);
        if (filesMax < 1 || filesMax > CommitOptions.SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit with 'max_files' %s: it must be 1 to %s".formatted(filesMax, CommitOptions.SEGMENTS_MAX));
        }
        return new CommitOptions(filesMax, arguments.isNullAt(2) || arguments.getBoolean(2));
    }
}
