package io.icegate.maintenance.upkeep;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.WalLayout;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

final class TestDroppedTables
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    @TempDir
    private Path scratch;
    private UpkeepFixture warehouse;
    private Table logs;
    private Table other;
    private int process;

    @BeforeEach
    void open()
            throws Exception
    {
        warehouse = new UpkeepFixture(scratch);
        logs = warehouse.logs(Namespace.of("otel"));
        other = warehouse.logs(Namespace.of("other"));
        for (Table table : List.of(logs, other)) {
            warehouse.append(table, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
            warehouse.commit(table);
        }
        warehouse.round(Duration.ofMinutes(11));
        warehouse.actions.clear();
    }

    @AfterEach
    void close()
            throws IOException
    {
        warehouse.close();
    }

    /**
     * A week after it was first missed, everything of the table goes, and nothing of another one.
     */
    @Test
    void testFolderGoesWhenTheRetentionIsOver()
            throws Exception
    {
        warehouse.catalog.dropTable(LOGS, false);
        collect(0);
        List<ObjectKey> left = all(logs);
        assertThat(left).hasSizeGreaterThan(5);
        List<ObjectKey> others = all(other);
        collect(6);
        assertThat(all(logs)).isEqualTo(left);
        warehouse.put(warehouse.folder(logs).child("data").child("young.parquet"), -6);
        collect(8);
        assertThat(all(logs)).as("what is young stays, and with it what tells of it").containsExactly(warehouse.folder(logs).child("data").child("young.parquet"), WalLayout.upkeep(logs.uuid()));
        assertThat(warehouse.actions).singleElement().satisfies(action -> assertThat(action.text()).startsWith("drop icegate.otel.logs: DELETED %s objects".formatted(left.size() - 1)));
        collect(15);
        assertThat(all(logs)).isEmpty();
        assertThat(all(other)).isEqualTo(others);
        assertThat(UpkeepFixture.rows(other).values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(7);
    }

    /**
     * A table that is there again was not dropped, whatever was seen before; the week begins anew when it is missed again.
     */
    @Test
    void testTableThatComesBack()
    {
        String metadata = ((BaseTable) logs).operations().refresh().metadataFileLocation();
        warehouse.catalog.dropTable(LOGS, false);
        collect(0);
        Table registered = warehouse.catalog.registerTable(TableIdentifier.of("otel", "back"), metadata);
        List<ObjectKey> objects = all(logs);
        collect(5);
        collect(20);
        assertThat(all(logs)).isEqualTo(objects);
        assertThat(registered.uuid()).isEqualTo(logs.uuid());
        warehouse.catalog.dropTable(TableIdentifier.of("otel", "back"), false);
        collect(21);
        collect(27);
        assertThat(all(logs)).isEqualTo(objects);
        collect(29);
        assertThat(all(logs)).isEmpty();
    }

    /**
     * A place that somebody chose may hold more than the table.
     */
    @Test
    void testFolderOfSomebodysChoiceStays()
            throws Exception
    {
        TableIdentifier name = TableIdentifier.of("otel", "chosen");
        Table chosen = warehouse.catalog.buildTable(name, logs.schema())
                .withPartitionSpec(PartitionSpec.unpartitioned())
                .withProperty("icegate.wal.offsets", "")
                .withLocation("memory:upkeep/otel/mine")
                .create();
        warehouse.append(chosen, warehouse.batch("acme", Instant.now(), 3));
        warehouse.commit(chosen);
        ObjectKey mine = warehouse.put(new ObjectKey("otel/mine/notes.parquet"), 100);
        warehouse.round(Duration.ZERO);
        warehouse.put(mine, 100);
        warehouse.catalog.dropTable(name, false);
        int files = warehouse.keys(new ObjectKey("otel/mine")).size();
        collect(0);
        collect(8);
        assertThat(warehouse.keys(new ObjectKey("otel/mine"))).contains(mine).hasSize(files);
        assertThat(warehouse.keys(WalLayout.table(chosen.uuid()))).isEmpty();
        assertThat(new UpkeepStatuses(warehouse.store).read(chosen.uuid())).isEmpty();
    }

    private void collect(int days)
    {
        warehouse.storeAhead(Duration.ofDays(days));
        try (Maintenance maintenance = warehouse.maintenance(Duration.ofDays(days), 10 + process++)) {
            maintenance.collectDropped(warehouse.known(), () -> true);
        }
        warehouse.storeAhead(Duration.ZERO);
    }

    private List<ObjectKey> all(Table table)
    {
        List<ObjectKey> keys = new ArrayList<>(warehouse.keys(warehouse.folder(table)));
        keys.addAll(warehouse.keys(WalLayout.table(table.uuid())));
        warehouse.store.head(WalLayout.upkeep(table.uuid())).ifPresent(head -> keys.add(head.key()));
        return keys;
    }
}
