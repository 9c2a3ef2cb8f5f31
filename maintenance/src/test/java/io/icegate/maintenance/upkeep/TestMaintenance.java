package io.icegate.maintenance.upkeep;

import io.icegate.wal.WalLayout;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.lease.WorkLease;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

final class TestMaintenance
{
    private static final Duration OLD = Duration.ofMinutes(11);

    @TempDir
    private Path scratch;
    private UpkeepFixture warehouse;
    private long batch;

    @BeforeEach
    void open()
    {
        warehouse = new UpkeepFixture(scratch);
    }

    @AfterEach
    void close()
            throws IOException
    {
        warehouse.close();
    }

    /**
     * Also in namespaces of namespaces. A table without segments has other owners, and one whose metadata is gone stops no other.
     */
    @Test
    void testEveryTableOfTheWarehouse()
            throws Exception
    {
        Table broken = logs(Namespace.of("a"));
        Table inner = logs(Namespace.of("b", "c"));
        Table outer = logs(Namespace.of("otel"));
        Table other = warehouse.catalog.createTable(TableIdentifier.of("otel", "other"), new Schema(Types.NestedField.optional(1, "n", Types.LongType.get())));
        Map<Record, Integer> rows = UpkeepFixture.rows(inner);
        broken.io().deleteFile(((BaseTable) broken).operations().current().metadataFileLocation());
        warehouse.round(OLD);
        assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("load", "merge", "statistics", "merge", "statistics");
        assertThat(warehouse.actions.get(0).text()).startsWith("load a.logs failed: ");
        assertThat(UpkeepFixture.files(inner)).hasSize(1);
        assertThat(UpkeepFixture.files(outer)).hasSize(1);
        assertThat(UpkeepFixture.rows(inner)).isEqualTo(rows);
        other.refresh();
        assertThat(other.currentSnapshot()).isNull();
    }

    /**
     * A process leaves tables to the one that has them, until that ends. Who asks for one table gets it.
     */
    @Test
    void testProcessesShareTables()
            throws Exception
    {
        Table logs = logs(Namespace.of("otel"));
        try (Maintenance first = warehouse.maintenance(OLD.minusMinutes(2), 1); Maintenance second = warehouse.maintenance(OLD, 2)) {
            first.round(() -> true);
            second.round(() -> true);
            assertThat(warehouse.actions).as("the second one has no lease").isEmpty();
            assertThat(second.keep(logs, () -> true)).extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
            assertThat(warehouse.actions).hasSize(2);
            append(logs);
            second.round(() -> true);
            assertThat(warehouse.actions).hasSize(2);
            first.close();
            second.round(() -> true);
            assertThat(warehouse.actions).hasSize(4);
            assertThat(second.keep(logs, () -> true)).as("the two merged files of the day").hasSize(2);
            assertThat(second.keep(logs, () -> true)).as("nothing is due").isEmpty();
        }
    }

    /**
     * The leases of a process that was killed are those of the one that is started in its place. Another folder waits.
     */
    @Test
    void testProcessIsStartedAgain(@TempDir Path other)
            throws Exception
    {
        Table logs = logs(Namespace.of("otel"));
        try (HolderFile killed = HolderFile.open(scratch, new Random(1))) {
            assertThat(lease(logs, killed).tryHold()).isTrue();
            try (HolderFile second = HolderFile.open(scratch, new Random(2))) {
                assertThat(second.holder()).as("of a process beside it").isNotEqualTo(killed.holder());
            }
        }
        try (HolderFile elsewhere = HolderFile.open(other, new Random(3))) {
            assertThat(lease(logs, elsewhere).tryHold()).isFalse();
        }
        warehouse.round(OLD);
        assertThat(warehouse.actions).extracting(UpkeepAction::kind).contains("merge");
    }

    private WorkLease lease(Table table, HolderFile holder)
    {
        return new WorkLease(warehouse.store, WalLayout.maintainer(table.uuid()), holder.holder(), Duration.ofMinutes(5), () -> Instant.now().plus(OLD));
    }

    private Table logs(Namespace namespace)
            throws Exception
    {
        if (namespace.length() > 1) {
            warehouse.catalog.createNamespace(Namespace.of(namespace.level(0)));
        }
        Table table = warehouse.logs(namespace);
        append(table);
        return table;
    }

    private void append(Table table)
            throws Exception
    {
        warehouse.append(table, LogRows.batch(batch++, "acme", 10), LogRows.batch(batch++, "acme", 10));
        warehouse.commit(table);
    }
}
