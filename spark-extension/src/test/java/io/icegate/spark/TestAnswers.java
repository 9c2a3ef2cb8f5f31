package io.icegate.spark;

import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.wal.OffsetVector;
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
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.spark.Spark3Util;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
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
            assertDocumented("CALL icegate.system.wal_status(table => 'otel.logs')", List.of(row));

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
            List<Finding> expected = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system()).examine(LOGS, () -> wal.catalog().loadTable(LOGS), engine(wal), new UpkeepStatuses(wal.catalog().warehouse().store()));
            assertThat(expected).isNotEmpty();
            assertThat(findings.stream().map(TestAnswers::text).toList()).isEqualTo(rows(Finding.COLUMNS, expected));
            assertThat(spark.sql("CALL {c}.system.doctor()")).isEqualTo(findings);
            assertDocumented("CALL icegate.system.doctor(table => 'otel.logs')", findings);
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

            List<Row> actions = spark.sql("CALL {c}.system.maintain(table => 'otel.logs')");
            assertThat(actions).hasSize(2);
            assertDocumented("CALL icegate.system.maintain(table => 'otel.logs')", actions);
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

    /**
     * A column of a type that no signal has, and deletes by values: Spark merges what cannot be merged column by column.
     */
    @Test
    void testMaintainOfWhatIsRefused(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder, Map.of());
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            for (int segment = 0; segment < 33; segment++) {
                wal.append(segment, segment * 5L, segment * 5L + 4);
            }
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            spark.sql("ALTER TABLE {c}.otel.logs ADD COLUMN price decimal(10, 2)");
            assertRewritten(spark, wal, 33, "Cannot merge files of table ");
        }
    }

    @Test
    void testMaintainOfWhatHasEqualityDeletes(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder, Map.of("cache-enabled", "false"));
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            for (int segment = 0; segment < 33; segment++) {
                wal.append(segment, segment * 5L, segment * 5L + 4);
            }
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            Table table = wal.catalog().loadTable(LOGS);
            Schema schema = table.schema().select("body");
            EqualityDeleteWriter<Record> writer = Parquet.writeDeletes(table.io().newOutputFile(table.location() + "/data/equality.parquet"))
                    .rowSchema(schema)
                    .withSpec(PartitionSpec.unpartitioned())
                    .equalityFieldIds(schema.columns().get(0).fieldId())
                    .createWriterFunc(GenericParquetWriter::create)
                    .buildEqualityWriter();
            try (writer) {
                writer.write(GenericRecord.create(schema).copy(Map.of("body", "message 7")));
            }
            table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
            assertThat(spark.rows("otel.logs")).hasSize(164);
            assertRewritten(spark, wal, 33, ": rows of it are deleted by EQUALITY_DELETES of PARQUET");
            assertThat(spark.value("SELECT count(*) FROM {c}.otel.logs.files WHERE content <> 0")).isEqualTo(0L);
        }
    }

    private static void assertRewritten(TestingSpark spark, TestingWal wal, int files, String reason)
    {
        List<String> rows = spark.rows("otel.logs");
        String offsets = wal.catalog().loadTable(LOGS).properties().get(OffsetVector.PROPERTY);
        Row action = spark.sql("CALL {c}.system.maintain('otel.logs')").get(0);
        assertThat(action.<String>getAs("action")).isEqualTo("rewrite");
        assertThat(action.<String>getAs("reason")).startsWith(files + " segments of ").contains(reason);
        assertThat(action.<String>getAs("result")).startsWith("REWRITTEN %1$s of %1$s files, ".formatted(files)).contains(". Spark: rewrite_data_files, %s files into ".formatted(files));
        assertThat(action.<Boolean>getAs("succeeded")).isTrue();
        assertThat(spark.value("SELECT count(*) FROM {c}.otel.logs.files WHERE file_path LIKE '%%/_wal/%%' OR sort_order_id = 0")).as("segments, and files without the order of the table").isEqualTo(0L);
        assertThat((Long) spark.value("SELECT count(*) FROM {c}.otel.logs.files WHERE content = 0")).as("one for each day").isEqualTo(spark.value("SELECT count(DISTINCT to_date(timestamp)) FROM {c}.otel.logs"));
        assertThat(spark.rows("otel.logs")).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(wal.catalog().loadTable(LOGS).properties()).containsEntry(OffsetVector.PROPERTY, offsets);
        assertThat(spark.sql("CALL {c}.system.maintain('otel.logs')").stream().map(row -> row.<String>getAs("action"))).as("nothing is left").doesNotContain("rewrite", "merge");
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

    /**
     * The page shows what the statement answers here, record below record, but for numbers, ids and the widths of columns.
     */
    private static void assertDocumented(String statement, List<Row> rows)
            throws IOException
    {
        String page = Files.readString(Path.of("..", "docs", "operations", "spark.md"));
        StringBuilder actual = new StringBuilder();
        for (Row row : rows) {
            actual.append("-RECORD 0\n");
            for (StructField column : row.schema().fields()) {
                actual.append(" %s | %s%n".formatted(column.name(), String.valueOf(row.<Object>getAs(column.name()))));
            }
        }
        assertThat(page).contains("```text\n%s;\n".formatted(statement));
        int start = page.indexOf("```text\n%s;\n".formatted(statement)) + "```text\n%s;\n".formatted(statement).length();
        assertThat(masked(page.substring(start, page.indexOf("```", start)))).as("%s", actual).isEqualTo(masked(actual.toString()));
    }

    private static String masked(String text)
    {
        return text.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID").replaceAll("[0-9]+", "0").replaceAll("-{2,}", "-").replaceAll(" +", " ").replaceAll("(?m)[ -]+$", "").strip();
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
