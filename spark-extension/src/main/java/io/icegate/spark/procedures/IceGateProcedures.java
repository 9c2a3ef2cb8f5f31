package io.icegate.spark.procedures;

import io.icegate.spark.held.HeldTables;
import io.icegate.wal.engine.EngineWal;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The procedures that one catalog adds to Iceberg's, and what it adds to Iceberg's own.
 */
public final class IceGateProcedures
{
    private final ProcedureTables tables;
    private final HeldTables heldTables;
    private final List<IceGateProcedure> procedures;

    public IceGateProcedures(ProcedureTables tables, EngineWal wal, HeldTables heldTables)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.heldTables = requireNonNull(heldTables, "heldTables is null");
        procedures = List.of(
                new CommitWalProcedure(tables, wal),
                new ReconcileWalProcedure(tables, wal),
                new WalStatusProcedure(tables, wal),
                new DoctorProcedure(tables, wal),
                new MaintainProcedure(tables, heldTables),
                new UpkeepProcedure(tables));
    }

    public List<String> names()
    {
        return procedures.stream().map(IceGateProcedure::name).toList();
    }

    /**
     * The procedure of that name.
     *
     * @param name in any case, as Iceberg's own procedures
     */
    public Optional<IceGateProcedure> find(String name)
    {
        return procedures.stream().filter(procedure -> procedure.name().equalsIgnoreCase(name)).findFirst();
    }

    /**
     * A procedure of Iceberg that keeps to its own table and refuses in one sentence.
     */
    public UnboundProcedure guarded(UnboundProcedure stock)
    {
        return new GuardedProcedure(stock, tables, heldTables);
    }
}
