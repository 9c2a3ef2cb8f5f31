package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.statistics.TableStatistics;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What planners are told of the values of a table that is kept in order.
 */
final class TestStatistics
{
    private static final Duration OLD = Duration.ofMinutes(11);

    @TempDir
    private Path scratch;

    @Test
    void testMergesAreCounted()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            append(warehouse, logs, "acme", "globex");
            try (Maintenance maintenance = warehouse.maintenance(OLD, 1)) {
                maintenance.round(() -> true);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
                assertThat(warehouse.actions.get(1).text()).contains("the table has no statistics", "WRITTEN of 10 columns");
                logs.refresh();
                assertThat(distinct(logs)).hasSize(10)
                        .containsEntry("tenant_id", 2L)
                        .containsEntry("service_name", 1L)
                        .containsEntry("severity_number", 1L)
                        .doesNotContainKeys("timestamp", "body", "event_name");
            }
        }
    }

    /**
     * One file in ten minutes for each table, which has what the one before had; values that go are still counted. Expiration deletes
     * the files, and before the last one goes it is carried to a newer snapshot.
     */
    @Test
    void testOneFileFollowsAnother()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            append(warehouse, logs, "acme", "globex");
            warehouse.round(OLD);
            logs.refresh();
            append(warehouse, logs, "initech", "acme");
            for (int minutes : new int[] {9, 11}) {
                TableStatistics statistics = statistics(Duration.ofMinutes(minutes));
                assertThat(statistics.due(logs)).as("nothing was merged").isEmpty();
                statistics.add(logs, Map.of());
                assertThat(statistics.due(logs)).matches(due -> due.isPresent() == minutes > 10);
            }
            // another process, that sees the new merge only
            warehouse.round(OLD);
            logs.refresh();
            assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "statistics", "merge", "statistics");
            assertThat(distinct(logs)).containsEntry("tenant_id", 3L);
            assertThat(logs.statisticsFiles()).hasSize(2);
            assertThat(statistics(Duration.ofDays(1)).due(logs)).as("the newest snapshot is described").isEmpty();

            logs.updateProperties().set("history.expire.min-snapshots-to-keep", "1").commit();
            append(warehouse, logs, "umbrella");
            TableStatistics later = statistics(Duration.ofMinutes(31));
            assertThat(statistics(Duration.ofMinutes(29)).due(logs)).isEmpty();
            assertThat(later.due(logs)).contains("the snapshot of the last ones will expire");
            later.run(logs);
            assertThat(distinct(logs)).containsEntry("tenant_id", 3L);
            assertThat(logs.statisticsFiles()).hasSize(3);

            String kept = newest(logs).path();
            SnapshotExpiration expiration = new SnapshotExpiration(new ExpirationPolicy(Duration.ofHours(1), 1), () -> Instant.now().plus(Duration.ofHours(3)));
            expiration.run(logs);
            assertThat(logs.statisticsFiles()).extracting(StatisticsFile::path).containsExactly(kept);
            assertThat(warehouse.keys(warehouse.folder(logs)).stream().map(key -> key.name()).filter(name -> name.endsWith(".stats")))
                    .as("statistics files in the store").containsExactly(kept.substring(kept.lastIndexOf('/') + 1));
        }
    }

    private static TableStatistics statistics(Duration later)
    {
        return new TableStatistics(TableStatistics.INTERVAL, new Random(2), () -> Instant.now().plus(later));
    }

    private static void append(UpkeepFixture warehouse, Table table, String... tenants)
            throws Exception
    {
        for (String tenant : tenants) {
            warehouse.append(table, warehouse.batch(tenant, Instant.now(), 3));
        }
        warehouse.commit(table);
    }

    private static Map<String, Long> distinct(Table table)
    {
        Map<String, Long> found = new TreeMap<>();
        for (BlobMetadata blob : newest(table).blobMetadata()) {
            assertThat(blob.type()).isEqualTo("apache-datasketches-theta-v1");
            found.put(table.schema().findColumnName(blob.fields().get(0)), Long.valueOf(blob.properties().get("ndv")));
        }
        return found;
    }

    private static StatisticsFile newest(Table table)
    {
        return table.statisticsFiles().stream().filter(file -> file.snapshotId() == table.currentSnapshot().snapshotId()).findFirst().orElseThrow();
    }
}
