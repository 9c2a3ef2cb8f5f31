package io.icegate.spark;

import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalLayout;
import io.icegate.wal.answer.AnswerColumn;
import io.icegate.wal.answer.AnswerContract;
import io.icegate.wal.answer.AnswerType;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.status.WriterStatus;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Procedures whose columns and rows are those of every engine.
 */
final class TestAnswers
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final Map<DataType, AnswerType> TYPES = Map.of(
            DataTypes.StringType, AnswerType.TEXT,
            DataTypes.LongType, AnswerType.NUMBER,
            DataTypes.TimestampType, AnswerType.TIME,
            DataTypes.BooleanType, AnswerType.FLAG);

    @Test
    void testWalStatus(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.plain (id bigint) USING iceberg");
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            wal.append(2, 10, 14);
            Row row = spark.sql("CALL {c}.system.wal_status(table => 'otel.logs')").get(0);
            assertThat(columns(row)).isEqualTo(AnswerContract.WAL_STATUS);
            assertThat(row.mkString(" ")).startsWith("otel logs %s open localhost 1 1 5 ".formatted(wal.writer()));

            List<List<String>> before;
            List<List<String>> actual;
            do { // unless the writer beats meanwhile
                before = expected(wal);
                actual = spark.sql("CALL {c}.system.wal_status()").stream().map(TestAnswers::text).toList();
            }
            while (!before.equals(expected(wal)));
            assertThat(actual).isEqualTo(before);
            assertThat(spark.sql("CALL {c}.system.wal_status('db.plain')")).isEmpty();
            assertThatThrownBy(() -> spark.sql("CALL {c}.system.wal_status('db.missing')"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot use 'table' = 'db.missing': there is no such table");
        }
    }

    /**
     * A damaged registry entry, or table, is a row beside the others.
     */
    @Test
    void testWalStatusOfWhatCannotBeRead(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse());
                TestingWal other = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            Files.writeString(folder.resolve(WalLayout.registryEntry(other.writer()).value()), "{");
            assertThat(spark.sql("CALL {c}.system.wal_status('otel.logs')").stream().map(row -> row.getAs("state").toString())).containsExactlyInAnyOrder("open", "unreadable");

            BaseTable table = (BaseTable) wal.catalog().loadTable(LOGS);
            Files.delete(Path.of(URI.create(table.operations().current().metadataFileLocation())));
            Row lost = spark.sql("CALL {c}.system.wal_status('otel.logs')").get(0);
            assertThat(lost.isNullAt(lost.fieldIndex("writer"))).isTrue();
            assertThat(lost.<String>getAs("problem")).isNotBlank();
        }
    }

    @Test
    void testDoctor(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            assertThat(spark.sql("CALL {c}.system.doctor()")).as("all is well").isEmpty();
            wal.append(1, 0, 9);
            wal.append(2, 10, 19);
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            spark.sql("DELETE FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '3'");
            wal.append(3, 20, 29);
            Files.writeString(folder.resolve(new SegmentKey(wal.catalog().loadTable(LOGS).uuid(), wal.writer(), new Sequence(3)).objectKey().value()), "torn");

            List<Row> findings = spark.sql("CALL {c}.system.doctor(table => 'otel.logs')");
            assertThat(findings.get(0).mkString("|")).startsWith("otel|logs|critical|wal_corrupt|1 writers have a segment that cannot be read|");
            assertThat(columns(findings.get(0))).isEqualTo(AnswerContract.DOCTOR);
            List<Finding> expected = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system()).examine(LOGS, () -> wal.catalog().loadTable(LOGS), engine(wal));
            assertThat(expected).isNotEmpty();
            assertThat(findings.stream().map(TestAnswers::text).toList()).isEqualTo(rows(Finding.COLUMNS, expected));
            assertThat(spark.sql("CALL {c}.system.doctor()")).isEqualTo(findings);
        }
    }

    @Test
    void testMaintain(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder, Map.of());
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.plain (id bigint) USING iceberg");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.maintain('db.plain')"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot keep table db.plain in order: it takes no segments, so its owner does");
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            for (int segment = 0; segment < 40; segment++) {
                wal.append(segment, segment * 5L, segment * 5L + 4);
            }
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            List<String> rows = spark.rows("otel.logs");
            assertThat(rows).hasSize(200);

            List<Row> actions = spark.sql("CALL {c}.system.maintain()");
            assertThat(actions).hasSize(2);
            assertThat(columns(actions.get(0))).isEqualTo(AnswerContract.UPKEEP);
            assertThat(actions.get(0).mkString("|"))
                    .startsWith("otel|logs|merge|true|40 segments of ")
                    .contains("|COMMITTED of 40 files, ");
            assertThat(actions.get(1).mkString("|")).startsWith("otel|logs|statistics|true|");
            Map<Integer, String> distinct = distinct(spark);
            assertThat(distinct).isNotEmpty();
            spark.sql("CALL {c}.system.compute_table_stats('otel.logs')");
            assertThat(distinct(spark)).as("Spark's own sketches, of all columns").containsAllEntriesOf(distinct);

            assertThat((Long) spark.value("SELECT count(*) FROM {c}.otel.logs.files WHERE content = 0")).isLessThan(40);
            assertThat(spark.rows("otel.logs")).as("the cached table is not what it was").containsExactlyInAnyOrderElementsOf(rows);
            assertThat(spark.sql("CALL {c}.system.maintain(table => 'otel.logs')")).as("nothing is due").isEmpty();
            assertThat(spark.sql("CALL {c}.system.upkeep()").stream().map(TestAnswers::text).toList()).isEqualTo(actions.stream().map(TestAnswers::text).toList());
        }
    }

    private static Map<Integer, String> distinct(TestingSpark spark)
            throws Exception
    {
        Table table = Spark3Util.loadIcebergTable(TestingSpark.session(), spark.catalog() + ".otel.logs");
        table.refresh();
        return table.statisticsFiles().stream()
                .filter(file -> file.snapshotId() == table.currentSnapshot().snapshotId())
                .flatMap(file -> file.blobMetadata().stream())
                .collect(toMap(blob -> blob.fields().get(0), blob -> blob.properties().get("ndv")));
    }

    /**
     * A merge that finds a damaged file is a row, and so is a table that cannot be loaded.
     */
    @Test
    void testMaintainTellsFailures(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            for (int segment = 0; segment < 33; segment++) {
                wal.append(segment, segment, segment);
            }
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            Path broken = folder.resolve(new SegmentKey(wal.catalog().loadTable(LOGS).uuid(), wal.writer(), new Sequence(7)).objectKey().value());
            byte[] content = Files.readAllBytes(broken);
            Arrays.fill(content, 4, content.length / 2, (byte) 1);
            Files.write(broken, content);
            assertThat(spark.sql("CALL {c}.system.maintain('otel.logs')")).singleElement().satisfies(row -> {
                assertThat(row.getBoolean(row.fieldIndex("succeeded"))).isFalse();
                assertThat(row.<String>getAs("result")).startsWith("Cannot merge 33 files of table ");
            });

            BaseTable table = (BaseTable) wal.catalog().loadTable(LOGS);
            Files.delete(Path.of(URI.create(table.operations().current().metadataFileLocation())));
            assertThat(spark.sql("CALL {c}.system.maintain()")).singleElement().satisfies(row -> assertThat(row.mkString("|")).startsWith("otel|logs|load|false|"));
        }
    }

    /**
     * Every statement of the page for operators runs as it is written there.
     */
    @Test
    void testStatementsOfTheDocumentation(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            wal.append(2, 10, 19);
            List<String> statements = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("..", "docs", "operations", "spark.md"))).results()
                    .flatMap(block -> Stream.of(block.group(1).split(";")))
                    .map(String::strip)
                    .filter(statement -> !statement.isEmpty())
                    .toList();
            assertThat(statements).hasSizeGreaterThanOrEqualTo(8);
            statements.forEach(statement -> spark.sql(statement.replace("CALL icegate.", "CALL {c}.")));
        }
    }

    private static EngineWal engine(TestingWal wal)
    {
        return new EngineWal(wal.catalog().warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
    }

    private static List<List<String>> expected(TestingWal wal)
    {
        return rows(WriterStatus.COLUMNS, engine(wal).writers(LOGS, () -> ((BaseTable) wal.catalog().loadTable(LOGS)).operations().current()));
    }

    private static <R> List<List<String>> rows(List<AnswerColumn<R>> columns, List<R> rows)
    {
        return rows.stream().map(row -> AnswerContract.row(columns, row)).toList();
    }

    private static List<String> columns(Row row)
    {
        return Stream.of(row.schema().fields()).map(field -> field.name() + " " + TYPES.get(field.dataType())).toList();
    }

    private static List<String> text(Row row)
    {
        return IntStream.range(0, row.size()).mapToObj(row::get)
                .map(value -> value instanceof Timestamp time ? time.toInstant() : value)
                .map(value -> value == null ? "NULL" : AnswerContract.text(value))
                .toList();
    }
}
