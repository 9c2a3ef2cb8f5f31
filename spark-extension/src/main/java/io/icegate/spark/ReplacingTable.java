package io.icegate.spark;

import io.icegate.spark.procedures.Refusals;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;

import java.util.Map;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * A table that takes the place of another when its statement ends. Refuses in one sentence what the commit guard refuses.
 */
final class ReplacingTable
        implements StagedTable, SupportsWrite
{
    private final StagedTable staged;

    /**
     * @param staged of Iceberg; takes writes, as all of them do
     */
    ReplacingTable(StagedTable staged)
    {
        this.staged = requireNonNull(staged, "staged is null");
    }

    @Override
    public String name()
    {
        return staged.name();
    }

    @Override
    @SuppressWarnings("deprecation")
    public StructType schema()
    {
        return staged.schema();
    }

    @Override
    public Column[] columns()
    {
        return staged.columns();
    }

    @Override
    public Transform[] partitioning()
    {
        return staged.partitioning();
    }

    @Override
    public Map<String, String> properties()
    {
        return staged.properties();
    }

    @Override
    public Set<TableCapability> capabilities()
    {
        return staged.capabilities();
    }

    @Override
    public WriteBuilder newWriteBuilder(LogicalWriteInfo info)
    {
        return ((SupportsWrite) staged).newWriteBuilder(info);
    }

    /**
     * @throws IllegalArgumentException when the table was changed while the statement ran
     */
    @Override
    public void commitStagedChanges()
    {
        Refusals.clean(() -> {
            staged.commitStagedChanges();
            return null;
        });
    }

    @Override
    public void abortStagedChanges()
    {
        staged.abortStagedChanges();
    }
}
