package io.icegate.spark;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.batches.BatchWindow;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.spark.source.SparkTable;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationBuilder;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.SupportsDynamicOverwrite;
import org.apache.spark.sql.connector.write.SupportsOverwriteV2;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

import java.util.HashMap;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A table with a WAL. Spark announces most writes when it loads the table, and the catalog drains the WAL then. It does not
 * announce TRUNCATE, nor INSERT into a table that the statement also reads: these are drained here, where the write begins.
 */
final class WalSparkTable
        extends SparkTable
{
    private final TableIdentifier identifier;
    private final WalTables walTables;
    private final boolean drained;

    /**
     * @param drained whether the WAL was drained when the table was loaded
     */
    WalSparkTable(Table table, TableIdentifier identifier, WalTables walTables, boolean drained)
    {
        super(table);
        this.identifier = requireNonNull(identifier, "identifier is null");
        this.walTables = requireNonNull(walTables, "walTables is null");
        this.drained = drained;
    }

    WalSparkTable drained()
    {
        return new WalSparkTable(table(), identifier, walTables, true);
    }

    /**
     * Without the offsets, so that SHOW CREATE TABLE makes another table of the same kind and not a second owner of the WAL.
     */
    @Override
    public Map<String, String> properties()
    {
        Map<String, String> properties = new HashMap<>(super.properties());
        properties.remove(OffsetVector.PROPERTY);
        properties.remove(BatchWindow.PROPERTY);
        return properties;
    }

    @Override
    public WriteBuilder newWriteBuilder(LogicalWriteInfo info)
    {
        if (drained) {
            return super.newWriteBuilder(info);
        }
        return new DrainingWrite(super.newWriteBuilder(info));
    }

    @Override
    public RowLevelOperationBuilder newRowLevelOperationBuilder(RowLevelOperationInfo info)
    {
        if (!drained) {
            walTables.drainBeforeReplace(identifier);
        }
        return super.newRowLevelOperationBuilder(info);
    }

    @Override
    public void deleteWhere(Predicate[] predicates)
    {
        if (!drained && walTables.drain(identifier)) {
            table().refresh();
        }
        super.deleteWhere(predicates);
    }

    /**
     * A write that Spark did not announce. Its rows may come from this table, read before the drain: appending them is right,
     * but putting them in the place of rows that were not read would lose these.
     */
    private final class DrainingWrite
            implements SupportsOverwriteV2, SupportsDynamicOverwrite
    {
        private final WriteBuilder delegate;

        private DrainingWrite(WriteBuilder delegate)
        {
            this.delegate = requireNonNull(delegate, "delegate is null");
        }

        @Override
        public boolean canOverwrite(Predicate[] predicates)
        {
            return ((SupportsOverwriteV2) delegate).canOverwrite(predicates);
        }

        @Override
        public WriteBuilder overwrite(Predicate[] predicates)
        {
            walTables.drainBeforeReplace(identifier);
            return ((SupportsOverwriteV2) delegate).overwrite(predicates);
        }

        @Override
        public WriteBuilder overwriteDynamicPartitions()
        {
            walTables.drainBeforeReplace(identifier);
            return ((SupportsDynamicOverwrite) delegate).overwriteDynamicPartitions();
        }

        @Override
        public Write build()
        {
            if (walTables.drain(identifier)) {
                table().refresh();
            }
            return delegate.build();
        }
    }
}
