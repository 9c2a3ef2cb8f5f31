package io.icegate.wal.table;

import org.apache.iceberg.PartitionSpec;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * The spec of WAL segments, looked up by content: ids depend on how a table was created.
 */
public final class TableSpecs
{
    private TableSpecs() {}

    public static Optional<PartitionSpec> findUnpartitioned(Collection<PartitionSpec> specs)
    {
        return specs.stream().filter(spec -> spec.fields().isEmpty()).min(Comparator.comparingInt(PartitionSpec::specId));
    }

    /**
     * @throws IllegalStateException when the table has none, and so cannot take segments
     */
    public static PartitionSpec unpartitioned(String table, Collection<PartitionSpec> specs)
    {
        return findUnpartitioned(specs).orElseThrow(() -> new IllegalStateException("Cannot use the WAL of table %s: it has no unpartitioned spec".formatted(table)));
    }
}
