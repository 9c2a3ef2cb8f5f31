package io.icegate.spark.procedures;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.engine.CommitTotals;
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
 * Makes waiting segments part of a table, the oldest first, in as many commits as it takes. The committer is that of the
 * receivers and fenced, so this may run anywhere, at any time, beside any number of others.
 */
final class CommitWalProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).comment("namespace.table").build(),
            ProcedureParameter.in("max_segments", DataTypes.LongType).defaultValue("NULL").comment("at most so many segments; NULL: all that wait").build(),
            ProcedureParameter.in("seal_silent", DataTypes.BooleanType).defaultValue("true").comment("end writers that have no heartbeat").build());
    private static final StructType OUTPUT = new StructType()
            .add("snapshot_id", DataTypes.LongType, true)
            .add("committed_segments", DataTypes.LongType, false)
            .add("committed_rows", DataTypes.LongType, false)
            .add("committed_bytes", DataTypes.LongType, false)
            .add("duplicate_batches", DataTypes.LongType, false)
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
        long segmentsMax = segmentsMax(arguments);
        boolean sealSilent = arguments.isNullAt(2) || arguments.getBoolean(2);
        Table table = tables.load("table", identifier);
        if (OffsetVector.fromProperties(table.properties()).isEmpty()) {
            throw new IllegalArgumentException("Cannot commit the WAL of table %s: it has none, property %s is not set".formatted(table.name(), OffsetVector.PROPERTY));
        }
        CommitTotals totals;
        try {
            totals = wal.commitWaiting(table, segmentsMax, sealSilent);
        }
        finally {
            tables.refresh(identifier);
        }
        // what could be committed is; a writer that stopped at something unreadable must not go unnoticed
        if (!totals.corruption().isEmpty()) {
            throw new IllegalArgumentException(("Cannot commit the whole WAL of table %s: %s. Everything else is committed; " +
                    "what these writers stored from there on waits until the object is restored").formatted(table.name(), totals.corruption()));
        }
        return List.of(row(totals));
    }

    private static long segmentsMax(InternalRow arguments)
    {
        if (arguments.isNullAt(1)) {
            return EngineWal.SEGMENTS_MAX;
        }
        long segmentsMax = arguments.getLong(1);
        if (segmentsMax < 1 || segmentsMax > EngineWal.SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit the WAL: 'max_segments' is %s, it must be 1 to %s".formatted(segmentsMax, EngineWal.SEGMENTS_MAX));
        }
        return segmentsMax;
    }

    private static InternalRow row(CommitTotals totals)
    {
        return new GenericInternalRow(new Object[] {
                totals.snapshotId().orElse(null),
                totals.segments(),
                totals.rows(),
                totals.bytes(),
                totals.duplicateBatches(),
                UTF8String.fromString(totals.before().text()),
                UTF8String.fromString(totals.after().text()),
        });
    }
}
