package io.icegate.spark.procedures;

import io.icegate.wal.engine.EngineWal;

import java.util.List;
import java.util.Optional;

/**
 * The procedures that one catalog adds to Iceberg's.
 */
public final class IceGateProcedures
{
    private final List<IceGateProcedure> procedures;

    public IceGateProcedures(ProcedureTables tables, EngineWal wal)
    {
        procedures = List.of(new CommitWalProcedure(tables, wal));
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
}
