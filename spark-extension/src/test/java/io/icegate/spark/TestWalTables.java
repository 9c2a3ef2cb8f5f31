package io.icegate.spark;

import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.wal.OffsetVector;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF0;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tables that have a WAL: committed, maintained and changed from Spark while segments come in.
 */
final class TestWalTables
{
    /**
     * What happens once while a statement calls {@code meanwhile()}; Spark runs functions in this process.
     */
    private static final AtomicReference<Runnable> MEANWHILE = new AtomicReference<>(() -> {});

    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    /**
     * The view that receivers make, whatever the catalog is called here.
     */
    @Test
    void testEvents(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.createViews();
            wal.append(1, 1, 4);
            spark.sql("UPDATE {c}.otel.logs SET event_name = concat('event of ', body) WHERE attributes['number'] < 3");
            assertThat(spark.sql("SELECT event_name FROM {c}.otel.events ORDER BY 1").stream().map(row -> row.getString(0)))
                    .containsExactly("event of message 1", "event of message 2");
            // without the temporary ones, which every test of the session sees
            assertThat(spark.sql("SHOW VIEWS IN {c}.otel").stream().filter(row -> !row.getBoolean(2)).map(row -> row.getString(1))).containsExactly("events");
            assertThat(spark.sql("DESCRIBE {c}.otel.events")).hasSameSizeAs(spark.sql("SELECT * FROM {c}.otel.logs LIMIT 1").get(0).schema().fields());
        }
    }

    @Test
    void testE27CommitWal(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 99);
            wal.append(2, 100, 149);
            wal.append(1, 0, 99); // the same request again
            assertThat(numbers(spark)).isEmpty();

            Row first = spark.sql("CALL {c}.system.commit_wal(table => 'otel.logs', max_segments => 1)").get(0);
            assertThat(first.getLong(0)).isEqualTo(snapshot(wal));
            assertThat(first.toString()).contains(",1,100,").endsWith(",0,,%s=1]".formatted(wal.writer()));
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(range(0, 99));

            Row second = spark.sql("CALL {c}.system.commit_wal('otel.logs')").get(0);
            assertThat(second.getAs("committed_segments").toString()).isEqualTo("1");
            assertThat(second.getAs("committed_rows").toString()).isEqualTo("50");
            assertThat(second.getAs("duplicate_batches").toString()).isEqualTo("1");
            assertThat(second.getAs("offsets_before").toString()).isEqualTo(wal.writer() + "=1");
            assertThat(second.getAs("offsets_after").toString()).isEqualTo(wal.writer() + "=3");
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(range(0, 149));

            Row nothing = spark.sql("CALL {c}.system.commit_wal(table => '%s.otel.logs', seal_silent => false)".formatted(spark.catalog())).get(0);
            assertThat(nothing.isNullAt(0)).isTrue();
            assertThat(nothing.toString()).endsWith(",0,0,0,0,%1$s=3,%1$s=3]".formatted(wal.writer()));
        }
    }

    @Test
    void testCommitWalRefuses(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.plain (id bigint) USING iceberg");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('db.plain')")).hasStackTraceContaining("it has none, property icegate.wal.offsets is not set");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('db.missing')")).hasStackTraceContaining("Cannot use 'table' = 'db.missing': there is no such table");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('')")).hasStackTraceContaining("Cannot use 'table': it is empty");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('spark_catalog.db.t')")).hasStackTraceContaining("it is in catalog spark_catalog");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('db.plain', 0)")).hasStackTraceContaining("Cannot commit the WAL: 'max_segments' is 0, it must be 1 to 5000000");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal('db.plain', 5000001)")).hasStackTraceContaining("'max_segments' is 5000001");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.commit_wal(tbl => 'db.plain')")).hasMessageContaining("tbl");
    }

    @Test
    void testRewriteKeepsRowsAndOffsets(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            for (int i = 0; i < 5; i++) {
                wal.append(i, i * 20L, i * 20L + 19);
            }
            wal.append(3, 60, 79); // a duplicate beside rows that count
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            wal.append(10, 100, 109); // waits
            List<String> rows = spark.rows("otel.logs");
            String offsets = offsets(wal);
            assertThat(rows).hasSize(100);
            assertThat(unpartitionedFiles(spark)).isEqualTo(5);

            // Spark's default: a rewrite must not make one file in each of them
            spark.sql("SET spark.sql.shuffle.partitions = 200");
            Row rewritten = spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', strategy => 'sort', options => map('min-input-files', '2', 'remove-dangling-deletes', 'true'))").get(0);
            spark.sql("RESET spark.sql.shuffle.partitions");
            assertThat(rewritten.getInt(0)).isEqualTo(5);
            assertThat((long) rewritten.getInt(1)).as("one file in each partition").isEqualTo(spark.sql("SELECT count(*) FROM {c}.otel.logs.partitions WHERE spec_id > 0").get(0).getLong(0));
            spark.sql("CALL {c}.system.rewrite_manifests('otel.logs')");
            spark.sql("CALL {c}.system.expire_snapshots(table => 'otel.logs', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1)");
            spark.sql("CALL {c}.system.remove_orphan_files(table => 'otel.logs', prefix_listing => true)");

            assertThat(unpartitionedFiles(spark)).isZero();
            assertThat(spark.rows("otel.logs")).containsExactlyInAnyOrderElementsOf(rows);
            assertThat(offsets(wal)).isEqualTo(offsets);
            assertThat(segments(folder)).hasSize(2); // what waits, and the segment of nothing but duplicates

            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(range(0, 109));
        }
    }

    @Test
    void testMaintenanceBesideIngest(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            FutureTask<Void> ingest = new FutureTask<>(() -> {
                for (int i = 0; i < 40; i++) {
                    wal.append(i, i * 10L, i * 10L + 9);
                    if (i % 4 == 3) {
                        spark.sql("CALL {c}.system.commit_wal('otel.logs')");
                    }
                }
            }, null);
            new Thread(ingest).start();
            int rounds = 0;
            while (!ingest.isDone() || rounds == 0) {
                spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('min-input-files', '2'))");
                spark.sql("CALL {c}.system.expire_snapshots(table => 'otel.logs', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 3)");
                List<Long> seen = numbers(spark);
                assertThat(seen).doesNotHaveDuplicates();
                assertThat(seen.size() % 10).isZero();
                rounds++;
            }
            ingest.get();
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(range(0, 399));
            assertThat(offsets(wal)).isEqualTo(wal.writer() + "=40");
        }
    }

    @Test
    void testStatementsCannotMoveOffsets(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            String offsets = offsets(wal);
            assertThat(offsets).isEqualTo(wal.writer() + "=1");
            spark.sql("ALTER TABLE {c}.otel.logs SET TBLPROPERTIES ('icegate.wal.offsets' = '', 'note' = 'mine')");
            assertThat(offsets(wal)).isEqualTo(offsets);
            assertThat(table(wal).properties()).containsEntry("note", "mine");
            spark.sql("ALTER TABLE {c}.otel.logs UNSET TBLPROPERTIES ('icegate.wal.offsets')");
            assertThat(offsets(wal)).isEqualTo(offsets);

            long first = snapshot(wal);
            spark.sql("INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs");
            spark.sql("CALL {c}.system.rollback_to_snapshot('otel.logs', %s)".formatted(first));
            assertThat(offsets(wal)).isEqualTo(offsets);

            // what was committed before does not come back
            spark.sql("CREATE OR REPLACE TABLE {c}.otel.logs USING iceberg AS SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '4'");
            assertThat(offsets(wal)).isEqualTo(offsets);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).containsExactly(4L);
        }
    }

    @Test
    void testUnpartitionedSpecStays(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            wal.append(2, 10, 19);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('rewrite-all', 'true'))");
            // the next snapshot no longer refers to the segments that the rewrite removed
            spark.sql("INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '0'");
            assertThatThrownBy(() -> spark.sql("CALL {c}.system.expire_snapshots(table => 'otel.logs', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1, clean_expired_metadata => true)"))
                    .hasStackTraceContaining("the unpartitioned spec, which WAL segments need, would disappear");
            wal.append(3, 20, 29);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).hasSize(31).containsAll(range(0, 29));
        }
    }

    @Test
    void testRowChangesSeeWaitingRows(@TempDir Path folder)
            throws Exception
    {
        // with the table cache, which must not hide what the statement itself committed
        TestingSpark spark = TestingSpark.open(folder, Map.of());
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 9);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).hasSize(10);
            wal.append(2, 10, 19);

            spark.sql("DELETE FROM {c}.otel.logs WHERE CAST(element_at(attributes, 'number') AS bigint) % 2 = 1");
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(LongStream.range(0, 20).filter(number -> number % 2 == 0).boxed().toList());

            wal.append(3, 20, 21);
            spark.sql("UPDATE {c}.otel.logs SET severity_text = 'LOUD' WHERE element_at(attributes, 'number') = '20'");
            assertThat(spark.value("SELECT severity_text FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '20'")).isEqualTo("LOUD");

            wal.append(4, 30, 31);
            spark.sql("MERGE INTO {c}.otel.logs t USING (SELECT '30' AS number) s ON element_at(t.attributes, 'number') = s.number WHEN MATCHED THEN DELETE");
            assertThat(numbers(spark)).contains(31L).doesNotContain(30L);
            assertThat(offsets(wal)).isEqualTo(wal.writer() + "=4");
        }
    }

    @Test
    void testWritesThatSparkDoesNotAnnounce(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder, Map.of());
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 1);
            spark.sql("INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '7'");
            assertThat(offsets(wal)).as("the source is the target").isEqualTo(wal.writer() + "=1");
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 1L);

            wal.append(2, 2, 3);
            spark.sql("TRUNCATE TABLE {c}.otel.logs");
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).isEmpty();
            assertThat(offsets(wal)).isEqualTo(wal.writer() + "=2");
        }
    }

    @Test
    void testRowsThatWereNotReadAreNotReplaced(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            long batch = 0;
            for (String statement : List.of(
                    "INSERT OVERWRITE {c}.otel.logs SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') <> '1'",
                    "CREATE OR REPLACE TABLE {c}.otel.logs USING iceberg AS SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') <> '1'",
                    "REPLACE TABLE {c}.otel.logs USING iceberg AS SELECT * FROM {c}.otel.logs WHERE element_at(attributes, 'number') <> '1'")) {
                wal.append(++batch, 0, 2);
                assertThatThrownBy(() -> spark.sql(statement)).as(statement)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("Cannot replace the rows of table otel.logs: rows waited in its WAL that the statement may not have read; they are committed now, run the statement again");
                spark.sql(statement);
                spark.sql("CALL {c}.system.commit_wal('otel.logs')");
                assertThat(numbers(spark)).as(statement).containsOnly(0L, 2L).hasSize(2 * (int) batch);
            }
        }
    }

    /**
     * Rows that were committed while the statement ran, which has read the table already.
     */
    @Test
    void testReplacementThatTakesLongerThanACommit(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            wal.append(1, 0, 2);
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            MEANWHILE.set(() -> {
                wal.append(2, 3, 4);
                wal.commit();
            });
            TestingSpark.session().udf().register("meanwhile", (UDF0<Boolean>) () -> {
                MEANWHILE.getAndSet(() -> {}).run();
                return true;
            }, DataTypes.BooleanType);
            String statement = "CREATE OR REPLACE TABLE {c}.otel.logs USING iceberg AS SELECT * FROM {c}.otel.logs WHERE meanwhile() AND element_at(attributes, 'number') <> '1'";
            assertThatThrownBy(() -> spark.sql(statement))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot replace table ")
                    .hasMessageContaining("it was changed while the statement ran")
                    .hasMessageEndingWith("use DELETE and INSERT instead, which keep such rows");
            assertThat(numbers(spark)).containsExactlyInAnyOrderElementsOf(range(0, 4));
            spark.sql(statement);
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 2L, 3L, 4L);
        }
    }

    @Test
    void testOnS3()
            throws Exception
    {
        try (StrictS3Server server = StrictS3Server.start()) {
            Map<String, String> options = new HashMap<>(server.properties());
            options.put("cache-enabled", "false");
            TestingSpark spark = TestingSpark.open("s3://lake/wh", options);
            try (TestingWal wal = new TestingWal(spark.warehouse(), server.properties())) {
                wal.append(1, 0, 9);
                wal.append(2, 10, 19);
                spark.sql("CALL {c}.system.commit_wal('otel.logs')");
                wal.append(3, 20, 29);
                spark.sql("DELETE FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '25'");
                spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('rewrite-all', 'true'))");
                assertThat(numbers(spark)).hasSize(29).doesNotHaveDuplicates().doesNotContain(25L);
                assertThat(offsets(wal)).isEqualTo(wal.writer() + "=3");
            }
            assertThat(server.violations()).isEmpty();
        }
    }

    private static List<Long> numbers(TestingSpark spark)
    {
        return spark.sql("SELECT CAST(element_at(attributes, 'number') AS bigint) FROM {c}.otel.logs").stream().map(row -> row.getLong(0)).toList();
    }

    private static List<Long> range(long first, long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static Table table(TestingWal wal)
    {
        return wal.catalog().loadTable(LOGS);
    }

    private static String offsets(TestingWal wal)
    {
        return table(wal).properties().getOrDefault(OffsetVector.PROPERTY, "absent");
    }

    private static long snapshot(TestingWal wal)
    {
        return table(wal).currentSnapshot().snapshotId();
    }

    private static long unpartitionedFiles(TestingSpark spark)
    {
        return (Long) spark.value("SELECT count(*) FROM {c}.otel.logs.files WHERE content = 0 AND file_path LIKE '%/_wal/%'");
    }

    private static List<Path> segments(Path folder)
            throws IOException
    {
        try (Stream<Path> files = Files.walk(folder.resolve("_wal"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }
}
