package io.icegate.trino;

import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.upkeep.TableAction;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.answer.AnswerContract;
import io.icegate.wal.answer.AnswerType;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.status.WriterStatus;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * What one statement says about every table of a warehouse.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestTableStates
{
    private static final String STATE = "SELECT committed_files, committed_rows, live_segments, live_rows, corrupt_writers, problem FROM icegate.system.table_states WHERE table_schema = '%s' AND table_name = '%s'";

    private Path folder;
    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path temporary)
            throws Exception
    {
        folder = temporary;
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    private List<Object> state(String schema, String table)
    {
        List<List<Object>> rows = lake.rows(STATE.formatted(schema, table));
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    @Test
    void testCommittedAndLiveRows()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("some");
        assertThat(state("some", "logs")).isEqualTo(Arrays.asList(0L, 0L, 0L, 0L, 0L, null));
        LogBatch repeated = logs.batch("acme", 1, 3);
        logs.append(repeated);
        logs.append(repeated, logs.batch("acme", 4, 5));
        assertThat(state("some", "logs")).isEqualTo(Arrays.asList(0L, 0L, 2L, 5L, 0L, null));
        assertThat(lake.value("SELECT oldest_live BETWEEN now() - INTERVAL '1' HOUR AND now() + INTERVAL '1' MINUTE FROM icegate.system.table_states WHERE table_schema = 'some'")).isEqualTo(true);
        assertThat(lake.rows("SELECT * FROM icegate.system.table_states WHERE table_schema = 'some'")).hasSize(1);
        logs.commit();
        logs.append("acme", 6, 6);
        assertThat(state("some", "logs").subList(2, 6)).isEqualTo(Arrays.asList(1L, 1L, 0L, null));
        assertThat(state("some", "logs").getFirst()).isEqualTo(lake.value("SELECT count(*) FROM some.\"logs$files\" WHERE content = 0"));
    }

    /**
     * The newest snapshot is not the current one then.
     */
    @Test
    void testRollback()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("back");
        logs.append("acme", 1, 3);
        logs.commit();
        long first = logs.table().currentSnapshot().snapshotId();
        logs.append("acme", 4, 5);
        logs.commit();
        lake.sql("ALTER TABLE back.logs EXECUTE rollback_to_snapshot(%s)".formatted(first));
        assertThat(state("back", "logs")).isEqualTo(Arrays.asList(1L, 3L, 0L, 0L, 0L, null));
    }

    @Test
    void testTablesWithoutWal()
    {
        lake.fixture().createLogs("plain").append("acme", 1, 2);
        lake.sql("CREATE TABLE plain.t AS SELECT 1 a");
        lake.sql("CREATE VIEW plain.v AS SELECT 1 a");
        lake.sql("CREATE MATERIALIZED VIEW plain.m AS SELECT 1 a");
        assertThat(state("plain", "t")).isEqualTo(Arrays.asList(1L, 1L, null, null, null, null));
        assertThat(lake.column("SELECT table_name FROM icegate.system.table_states WHERE table_schema = 'plain' ORDER BY 1")).containsExactly("logs", "t");
    }

    @Test
    void testUnreadableTableHidesNoOther()
            throws Exception
    {
        WalFixture.Logs corrupt = lake.fixture().createLogs("corrupt");
        Path segment = folder.resolve(corrupt.append("acme", 1, 2).header().key().objectKey().value());
        Files.write(segment, new byte[] {1, 2, 3});
        WalFixture.Logs lost = lake.fixture().createLogs("lost");
        Files.delete(Path.of(URI.create(((BaseTable) lost.table()).operations().current().metadataFileLocation()).getPath()));
        assertThat(state("corrupt", "logs")).isEqualTo(Arrays.asList(0L, 0L, 0L, 0L, 1L, null));
        assertThat(state("lost", "logs").subList(0, 5)).containsOnlyNulls();
        assertThat((String) state("lost", "logs").getLast()).isNotBlank();
    }

    /**
     * Columns and rows are those of every engine.
     */
    @Test
    void testWriters()
            throws Exception
    {
        WalFixture.Logs logs = lake.fixture().createLogs("writers");
        logs.append("acme", 1, 3);
        logs.commit();
        logs.append("acme", 4, 5);
        WalFixture.Logs second = lake.fixture().logs("writers");
        Path torn = folder.resolve(second.append("acme", 6, 6).header().key().objectKey().value());
        Files.write(torn, new byte[] {1, 2, 3});
        lake.fixture().createLogs("otherwriters").append("acme", 1, 1);
        lake.sql("CREATE TABLE writers.plain AS SELECT 1 a");

        assertThat(columns("wal_status")).isEqualTo(AnswerContract.WAL_STATUS);
        assertThat(lake.rows("SELECT state, host, committed, waiting_segments, waiting_rows FROM icegate.system.wal_status WHERE table_schema = 'writers' ORDER BY state DESC"))
                .containsExactly(Arrays.asList("open", "host", 1L, 1L, 2L), Arrays.asList("corrupt", "host", 0L, 0L, 0L));
        assertThat((String) lake.value("SELECT problem FROM icegate.system.wal_status WHERE table_schema = 'writers' AND state = 'corrupt'")).contains(torn.getFileName().toString());
        assertThat(lake.column("SELECT DISTINCT table_name FROM icegate.system.wal_status WHERE table_schema = 'writers'")).containsExactly("logs");
        assertThat(lake.value("SELECT count(*) FROM icegate.system.wal_status WHERE table_schema = 'otherwriters'")).isEqualTo(1L);

        List<List<String>> before;
        List<List<String>> actual;
        do { // unless a writer beats meanwhile
            before = expectedWriters(logs);
            actual = lake.rows("SELECT * FROM icegate.system.wal_status WHERE table_schema = 'writers' AND table_name = 'logs' ORDER BY writer").stream().map(TestTableStates::text).toList();
        }
        while (!before.equals(expectedWriters(logs)));
        assertThat(actual).isEqualTo(before);
    }

    private List<List<String>> expectedWriters(WalFixture.Logs logs)
    {
        EngineWal wal = new EngineWal(lake.fixture().warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
        return wal.writers(TableIdentifier.of("writers", "logs"), () -> ((BaseTable) logs.table()).operations().current()).stream()
                .map(status -> AnswerContract.row(WriterStatus.COLUMNS, status))
                .toList();
    }

    private static List<String> text(List<Object> row)
    {
        return row.stream()
                .map(value -> value instanceof ZonedDateTime time ? time.toInstant() : value)
                .map(value -> value == null ? "NULL" : AnswerContract.text(value))
                .toList();
    }

    /**
     * Columns as the contract of all engines names them.
     */
    private List<String> columns(String table)
    {
        Map<String, AnswerType> types = Map.of(
                "varchar", AnswerType.TEXT,
                "bigint", AnswerType.NUMBER,
                "timestamp(6) with time zone", AnswerType.TIME,
                "boolean", AnswerType.FLAG);
        return lake.rows("SELECT column_name, data_type FROM icegate.information_schema.columns WHERE table_schema = 'system' AND table_name = '%s' ORDER BY ordinal_position".formatted(table)).stream()
                .map(column -> column.getFirst() + " " + types.get((String) column.getLast()))
                .toList();
    }

    @Test
    void testFindings()
            throws Exception
    {
        WalFixture.Logs logs = lake.fixture().createLogs("findings");
        lake.sql("CALL icegate.system.doctor('findings', 'logs')");
        LogBatch repeated = logs.batch("acme", 1, 3);
        logs.append(repeated);
        logs.append(repeated, logs.batch("acme", 4, 5));
        logs.commit();
        Path torn = folder.resolve(logs.append("acme", 6, 6).header().key().objectKey().value());
        Files.write(torn, new byte[] {1, 2, 3});

        assertThat(columns("doctor")).isEqualTo(AnswerContract.DOCTOR);
        EngineWal wal = new EngineWal(lake.fixture().warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
        List<Finding> expected = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system()).examine(TableIdentifier.of("findings", "logs"), logs::table, wal, new UpkeepStatuses(lake.fixture().warehouse().store()));
        assertThat(expected).extracting(Finding::rule).containsExactly("wal_corrupt", "delete_files");
        assertThat(lake.rows("SELECT * FROM icegate.system.doctor WHERE table_schema = 'findings'").stream().map(TestTableStates::text))
                .containsExactlyInAnyOrderElementsOf(expected.stream().map(finding -> AnswerContract.row(Finding.COLUMNS, finding)).toList());
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.doctor(schema_name => 'findings', table_name => 'logs')"))
                .hasMessageStartingWith("1 findings are warnings or worse, SELECT * FROM system.doctor has all of them: critical findings.logs wal_corrupt: 1 writers have a segment that cannot be read");
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.doctor('findings', 'missing')")).hasMessageContaining("findings.missing").hasMessageContaining("not found");
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.doctor('findings')")).hasMessage("Cannot examine tables: schema_name and table_name are needed");
    }

    @Test
    void testMaintain()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("maintained");
        for (int segment = 0; segment < 40; segment++) {
            logs.append("acme", segment * 5L, segment * 5L + 4);
        }
        logs.commit();
        List<Long> numbers = lake.numbers("maintained.logs");
        assertThat(numbers).hasSize(200);
        lake.sql("CALL icegate.system.maintain('maintained', 'logs')");
        assertThat((Long) lake.value("SELECT count(*) FROM maintained.\"logs$files\" WHERE content = 0")).isLessThan(40);
        assertThat(lake.numbers("maintained.logs")).isEqualTo(numbers);
        long snapshot = logs.table().currentSnapshot().snapshotId();
        lake.sql("CALL icegate.system.maintain('maintained', 'logs')");
        assertThat(logs.table().currentSnapshot().snapshotId()).as("nothing is due").isEqualTo(snapshot);
        assertThat(columns("upkeep")).isEqualTo(AnswerContract.UPKEEP);
        List<TableAction> done = new UpkeepStatuses(lake.fixture().warehouse().store()).actions(TableIdentifier.of("maintained", "logs"), logs.uuid());
        assertThat(done).extracting(action -> action.action().kind()).containsExactly("merge", "statistics");
        assertThat(done.get(0).action().text()).startsWith("merge maintained.logs: COMMITTED of 40 files");
        assertThat(lake.rows("SELECT * FROM icegate.system.upkeep WHERE table_schema = 'maintained'").stream().map(TestTableStates::text).toList())
                .isEqualTo(done.stream().map(action -> AnswerContract.row(TableAction.COLUMNS, action)).toList());
        lake.sql("CREATE TABLE maintained.plain AS SELECT 1 a");
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.maintain('maintained', 'plain')")).hasMessage("Cannot keep table maintained.plain in order: it takes no segments, so its owner does");
    }

    /**
     * The planner knows how many different values a column has, in rows that wait too, and Trino's own sketches go on from ours.
     */
    @Test
    void testStatistics()
    {
        WalFixture.Logs logs = lake.fixture().createLogs("counted");
        for (int segment = 0; segment < 40; segment++) {
            logs.append("tenant-" + segment % 3, segment * 5L, segment * 5L + 4);
        }
        logs.commit();
        assertThat(distinct("counted.logs", "tenant_id")).isNull();
        lake.sql("CALL icegate.system.maintain('counted', 'logs')");
        assertThat(distinct("counted.logs", "tenant_id")).isEqualTo(3.0);
        assertThat(distinct("counted.logs", "severity_number")).isEqualTo(((Long) lake.value("SELECT count(DISTINCT severity_number) FROM counted.logs")).doubleValue());
        logs.append("tenant-9", 200, 209);
        assertThat(distinct("counted.logs", "tenant_id")).isEqualTo(3.0);
        lake.sql("INSERT INTO counted.logs SELECT * FROM counted.logs WHERE tenant_id = 'tenant-9'");
        assertThat(distinct("counted.logs", "tenant_id")).as("united by Trino, which commits what waits first").isEqualTo(4.0);
        lake.sql("ANALYZE counted.logs");
        assertThat(distinct("counted.logs", "tenant_id")).isEqualTo(4.0);
    }

    private @Nullable Object distinct(String table, String column)
    {
        return lake.rows("SHOW STATS FOR " + table).stream().filter(row -> column.equals(row.get(0))).findFirst().orElseThrow().get(2);
    }

    @Test
    void testMaintainTellsFailures()
            throws Exception
    {
        WalFixture.Logs logs = lake.fixture().createLogs("damaged");
        Path broken = folder.resolve(logs.append("acme", 0, 9).header().key().objectKey().value());
        for (int segment = 1; segment < 33; segment++) {
            logs.append("acme", segment * 10L, segment * 10L);
        }
        logs.commit();
        byte[] content = Files.readAllBytes(broken);
        Arrays.fill(content, 4, content.length / 2, (byte) 1);
        Files.write(broken, content);
        assertThatThrownBy(() -> lake.sql("CALL icegate.system.maintain('damaged', 'logs')"))
                .hasMessageStartingWith("Cannot do everything that is due: merge damaged.logs failed: Cannot merge 33 files of table damaged.logs")
                .hasMessageEndingWith(". Everything else is done");
    }

    /**
     * Every statement of the page for operators runs as it is written there.
     */
    @Test
    void testStatementsOfTheDocumentation()
            throws Exception
    {
        lake.fixture().createLogs("otel").append("acme", 1, 5);
        List<String> statements = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("..", "docs", "operations", "trino.md"))).results()
                .flatMap(block -> Stream.of(block.group(1).split(";")))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
        assertThat(statements).hasSizeGreaterThanOrEqualTo(4);
        statements.forEach(lake::sql);
    }

    @Test
    void testWritersOfAnUnreadableTable()
            throws Exception
    {
        WalFixture.Logs lost = lake.fixture().createLogs("lostwriters");
        Files.delete(Path.of(URI.create(((BaseTable) lost.table()).operations().current().metadataFileLocation()).getPath()));
        assertThat(lake.rows("SELECT writer, state, waiting_segments, problem IS NOT NULL FROM icegate.system.wal_status WHERE table_schema = 'lostwriters'"))
                .containsExactly(Arrays.asList(null, "unreadable", null, true));
    }
}
