package io.icegate.spark.procedures;

import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.status.WriterStatus;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Tells how the writers of a table, or of all tables, are. Changes nothing.
 */
final class WalStatusProcedure
        implements IceGateProcedure
{
    private static final List<ProcedureParameter> PARAMETERS = List.of(
            ProcedureParameter.in("table", DataTypes.StringType).defaultValue("NULL").comment("namespace.table; NULL: all tables").build());
    private static final StructType OUTPUT = Answers.type(WriterStatus.COLUMNS);

    private final ProcedureTables tables;
    private final EngineWal wal;

    WalStatusProcedure(ProcedureTables tables, EngineWal wal)
    {
        this.tables = requireNonNull(tables, "tables is null");
        this.wal = requireNonNull(wal, "wal is null");
    }

    @Override
    public String name()
    {
        return "wal_status";
    }

    @Override
    public String description()
    {
        return "Tells of each writer of a table how it is and what of it waits to be committed";
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
        List<InternalRow> rows = new ArrayList<>();
        for (TableIdentifier table : tables.oneOrAll("table", arguments, 0)) {
            for (WriterStatus status : wal.writers(table, () -> ((BaseTable) tables.catalog().loadTable(table)).operations().current())) {
                rows.add(Answers.row(WriterStatus.COLUMNS, status));
            }
        }
        return rows;
    }
}
