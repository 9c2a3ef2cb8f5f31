package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.ttl.TtlDelete;
import io.icegate.maintenance.ttl.TtlPlan;
import io.icegate.maintenance.ttl.TtlPlanner;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.format.RowBatch;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static io.icegate.wal.table.TableTtl.PROPERTY;
import static io.icegate.wal.table.TableTtl.TENANT_PREFIX;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rows are told apart by tenant and age in days.
 */
final class TestTtl
{
    private static final Duration OLD = Duration.ofMinutes(11);

    @TempDir
    private Path scratch;
    private UpkeepFixture warehouse;
    private Table logs;
    private final Instant now = Instant.now();

    @BeforeEach
    void open()
    {
        warehouse = new UpkeepFixture(scratch);
        logs = warehouse.logs(Namespace.of("otel"));
    }

    @AfterEach
    void close()
            throws IOException
    {
        warehouse.close();
    }

    /**
     * Each tenant by its own time, to the row. Another table keeps everything, and so does the WAL.
     */
    @Test
    void testPartitionsGoWhenTheyAreDue()
            throws Exception
    {
        Table other = warehouse.logs(Namespace.of("other"));
        for (Table table : List.of(logs, other)) {
            warehouse.appendSegments(table, List.of(
                    List.of(batch("acme", 40), batch("beta", 40), batch("free", 40)),
                    List.of(batch("acme", 20), batch("beta", 20)),
                    List.of(batch("acme", 1), batch("beta", 1), batch("free", 1))));
            warehouse.commit(table);
        }
        warehouse.append(logs, batch("acme", 50));
        String vector = requireNonNull(logs.properties().get(OffsetVector.PROPERTY));
        warehouse.round(OLD);
        assertThat(rows(logs)).as("without a TTL nothing goes").hasSize(8);
        logs.updateProperties().set(PROPERTY, "30d").set(TENANT_PREFIX + "beta", "7d").set(TENANT_PREFIX + "free", "never").commit();
        warehouse.actions.clear();
        warehouse.round(OLD);
        assertThat(warehouse.actions).filteredOn(action -> action.kind().equals("ttl")).singleElement().satisfies(action -> {
            assertThat(action.work().outcome()).isEqualTo("deleted");
            assertThat(action.work().rows()).isPositive();
            assertThat(action.succeeded()).isTrue();
            assertThat(action.text()).contains("DELETED 3 files, 6 rows");
        });
        assertThat(rows(logs)).isEqualTo(Map.of("acme 20", 2, "acme 1", 2, "beta 1", 2, "free 40", 2, "free 1", 2));
        assertThat(rows(other)).hasSize(8);
        assertThat(logs.properties()).containsEntry(OffsetVector.PROPERTY, vector);
        assertThat(warehouse.wal.waiting(logs, OffsetVector.parse(vector)).segments()).as("what waits").hasSize(1);
        warehouse.commit(logs);
        assertThat(rows(logs)).containsEntry("acme 50", 2);
        warehouse.round(OLD);
        assertThat(rows(logs)).doesNotContainKey("acme 50").hasSize(5);
    }

    /**
     * Segments are no partitions: one stays until its last row is due for whoever it is, as does a file whose day is not over.
     */
    @Test
    void testMixedFilesStayUntilTheLastRowIsDue()
            throws Exception
    {
        warehouse.appendSegments(logs, List.of(
                List.of(batch("acme", 40), batch("acme", 1)),
                List.of(batch("acme", 10), batch("beta", 10)),
                List.of(batch("acme", 50), batch("beta", 50)),
                List.of(batch("acme", 45))));
        warehouse.commit(logs);
        logs.updateProperties().set(PROPERTY, "30d").set(TENANT_PREFIX + "beta", "7d").commit();
        warehouse.round(Duration.ZERO);
        assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("ttl");
        assertThat(rows(logs)).isEqualTo(Map.of("acme 40", 2, "acme 1", 2, "acme 10", 2, "beta 10", 2));
        logs.updateProperties().set(PROPERTY, "never").set(TENANT_PREFIX + "beta", "1h").commit();
        warehouse.round(Duration.ZERO);
        assertThat(rows(logs)).as("some tenant's rows stay").hasSize(4);
    }

    @Test
    void testHoursWithinADay()
            throws Exception
    {
        warehouse.append(logs, warehouse.batch("acme", now.minus(5, ChronoUnit.HOURS), 2));
        warehouse.commit(logs);
        logs.updateProperties().set(PROPERTY, "6h").commit();
        assertThat(new TtlPlanner().plan(logs, now).files()).isEmpty();
        assertThat(new TtlPlanner().plan(logs, now.plus(61, ChronoUnit.MINUTES)).files()).hasSize(1);
    }

    /**
     * All of a plan or nothing: a merge that was faster has the rows elsewhere.
     */
    @Test
    void testPlanThatOthersOvertook()
            throws Exception
    {
        warehouse.append(logs, batch("acme", 40), batch("acme", 50));
        warehouse.commit(logs);
        logs.updateProperties().set(PROPERTY, "30d").commit();
        TtlPlan plan = new TtlPlanner().plan(logs, now);
        assertThat(plan.files()).hasSize(2);
        logs.updateProperties().remove(PROPERTY).commit();
        warehouse.round(OLD);
        assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
        Map<String, Integer> rows = rows(logs);
        assertThat(new TtlDelete().run(logs, plan)).isFalse();
        assertThat(rows(logs)).isEqualTo(rows).hasSize(2);
    }

    private RowBatch batch(String tenant, int daysAgo)
    {
        return warehouse.batch(tenant, now.minus(daysAgo, ChronoUnit.DAYS), 2);
    }

    private Map<String, Integer> rows(Table table)
            throws IOException
    {
        Map<String, Integer> found = new TreeMap<>();
        for (Map.Entry<Record, Integer> row : UpkeepFixture.rows(table).entrySet()) {
            Instant time = ((OffsetDateTime) row.getKey().getField("timestamp")).toInstant();
            found.merge("%s %s".formatted(row.getKey().getField("tenant_id"), Math.round(Duration.between(time, now).toHours() / 24.0)), row.getValue(), Integer::sum);
        }
        return found;
    }
}
