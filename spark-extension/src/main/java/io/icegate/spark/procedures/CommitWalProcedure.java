package io.icegate.spark.procedures;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.read.RunEnd;
import org.apache.iceberg.Table;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Makes waiting segments part of a table, the oldest first, in as many commits as it takes. The committer is that of the
 * receivers and fenced, so this may run anywhere, at any time, beside any number of others.
 */
final class CommitWalProcedure
        implements IceGateProcedure
{
    private static final int COMMITS_MAX = 1_000;
    private static final long SEGMENTS_MAX = (long) COMMITS_MAX * CommitOptions.SEGMENTS_MAX;
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
        Totals totals = new Totals();
        try {
            commit(table, segmentsMax, sealSilent, totals);
        }
        finally {
            tables.refresh(identifier);
        }
        return List.of(totals.row());
    }

    private static long segmentsMax(InternalRow arguments)
    {
        if (arguments.isNullAt(1)) {
            return SEGMENTS_MAX;
        }
        long segmentsMax = arguments.getLong(1);
        if (segmentsMax < 1 || segmentsMax > SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit the WAL: 'max_segments' is %s, it must be 1 to %s".formatted(segmentsMax, SEGMENTS_MAX));
        }
        return segmentsMax;
    }

    private void commit(Table table, long segmentsMax, boolean sealSilent, Totals totals)
    {
        long remaining = segmentsMax;
        while (remaining > 0) {
            CommitResult result = wal.commit(table, new CommitOptions((int) Math.min(remaining, CommitOptions.SEGMENTS_MAX), sealSilent));
            totals.add(result);
            if (result.snapshotId().isEmpty()) {
                requireReadable(table, result);
                return;
            }
            // a commit may consist of seals alone
            remaining -= Math.max(1, result.segments());
        }
    }

    /**
     * What could be committed is. A writer that stopped at something unreadable must not go unnoticed.
     */
    private static void requireReadable(Table table, CommitResult result)
    {
        String corrupt = result.ends().entrySet().stream()
                .filter(end -> end.getValue().kind() == RunEnd.Kind.CORRUPT)
                .map(end -> "writer %s stops at segment %s: %s".formatted(end.getKey(), end.getValue().next().value(), end.getValue().detail()))
                .collect(Collectors.joining("; "));
        if (!corrupt.isEmpty()) {
            throw new IllegalArgumentException(("Cannot commit the whole WAL of table %s: %s. Everything else is committed; " +
                    "what these writers stored from there on waits until the object is restored").formatted(table.name(), corrupt));
        }
    }

    /**
     * The sum of several commits.
     */
    private static final class Totals
    {
        private @Nullable Long snapshotId;
        private long segments;
        private long rows;
        private long bytes;
        private long duplicateBatches;
        private @Nullable OffsetVector before;
        private OffsetVector after = OffsetVector.EMPTY;

        void add(CommitResult result)
        {
            if (result.snapshotId().isPresent()) {
                snapshotId = result.snapshotId().orElseThrow();
                segments += result.segments();
                rows += result.rows();
                bytes += result.bytes();
                duplicateBatches += result.duplicateBatches();
            }
            before = before == null ? result.before() : before;
            after = result.after();
        }

        InternalRow row()
        {
            return new GenericInternalRow(new Object[] {
                    snapshotId,
                    segments,
                    rows,
                    bytes,
                    duplicateBatches,
                    UTF8String.fromString(requireNonNull(before, "before is null").text()),
                    UTF8String.fromString(after.text()),
            });
        }
    }
}
