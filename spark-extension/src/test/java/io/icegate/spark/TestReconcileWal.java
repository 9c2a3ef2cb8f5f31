package io.icegate.spark;

import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A table with a WAL that somebody rolled back.
 */
final class TestReconcileWal
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");

    @Test
    void testE25EveryWriteIsRefusedAlike(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            rollBack(spark, wal);
            String table = spark.catalog() + ".otel.logs";
            Dataset<Row> row = TestingSpark.session().sql("SELECT * FROM " + table + " LIMIT 1");
            for (String statement : List.of(
                    "INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs",
                    "INSERT OVERWRITE {c}.otel.logs SELECT * FROM {c}.otel.logs",
                    "UPDATE {c}.otel.logs SET severity_text = 'LOUD' WHERE element_at(attributes, 'number') = '1'",
                    "DELETE FROM {c}.otel.logs WHERE element_at(attributes, 'number') = '1'",
                    "MERGE INTO {c}.otel.logs t USING (SELECT '1' AS number) s ON element_at(t.attributes, 'number') = s.number WHEN MATCHED THEN DELETE",
                    "TRUNCATE TABLE {c}.otel.logs",
                    "CREATE OR REPLACE TABLE {c}.otel.logs USING iceberg AS SELECT * FROM {c}.otel.logs",
                    "CALL {c}.system.commit_wal('otel.logs')")) {
                assertRefused(() -> spark.sql(statement), statement);
            }
            assertRefused(() -> row.writeTo(table).append(), "append");
            assertRefused(() -> row.writeTo(table).overwritePartitions(), "overwritePartitions");
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 1L);
        }
    }

    private static void assertRefused(ThrowingCallable write, String name)
    {
        assertThatThrownBy(write).as(name)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot use the WAL of table ")
                .hasMessageContaining("it was rolled back")
                .hasMessageContaining("system.reconcile_wal");
    }

    @Test
    void testAccept(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            rollBack(spark, wal);

            Row result = spark.sql("CALL {c}.system.reconcile_wal(table => 'otel.logs', mode => 'accept')").get(0);

            assertThat(result.getLong(0)).isEqualTo(wal.catalog().loadTable(LOGS).currentSnapshot().snapshotId());
            assertThat(result.toString()).endsWith(",0,0,%1$s=2,%1$s=1,%1$s=2]".formatted(wal.writer()));
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 1L, 4L);
            spark.sql("INSERT INTO {c}.otel.logs SELECT * FROM {c}.otel.logs");
            assertThat(numbers(spark)).hasSize(6);
        }
    }

    @Test
    void testReappend(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            rollBack(spark, wal);

            Row result = spark.sql("CALL {c}.system.reconcile_wal('otel.logs', 'REAPPEND')").get(0);

            assertThat(result.getAs("appended_segments").toString()).isEqualTo("1");
            assertThat(result.getAs("appended_rows").toString()).isEqualTo("2");
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
            // the rolled-back snapshot names the same files, and its expiration leaves them
            spark.sql("CALL {c}.system.expire_snapshots(table => 'otel.logs', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1)");
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(numbers(spark)).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L);

            Row nothing = spark.sql("CALL {c}.system.reconcile_wal('otel.logs', 'reappend')").get(0);
            assertThat(nothing.isNullAt(0)).isTrue();
        }
    }

    @Test
    void testRefusesArguments(@TempDir Path folder)
    {
        TestingSpark spark = TestingSpark.open(folder);
        spark.sql("CREATE NAMESPACE {c}.db");
        spark.sql("CREATE TABLE {c}.db.plain (id bigint) USING iceberg");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.reconcile_wal('db.plain', 'accept')")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("it has none");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.reconcile_wal('db.plain', 'undo')")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Cannot use mode 'undo'");
        assertThatThrownBy(() -> spark.sql("CALL {c}.system.reconcile_wal('db.plain')")).hasMessageContaining("mode");
    }

    /**
     * Rows 0 and 1 are committed, 2 and 3 were, 4 waits.
     */
    private static void rollBack(TestingSpark spark, TestingWal wal)
    {
        wal.append(1, 0, 1);
        spark.sql("CALL {c}.system.commit_wal('otel.logs')");
        Table table = wal.catalog().loadTable(LOGS);
        long snapshot = table.currentSnapshot().snapshotId();
        wal.append(2, 2, 3);
        spark.sql("CALL {c}.system.commit_wal('otel.logs')");
        wal.append(3, 4, 4);
        spark.sql("CALL {c}.system.rollback_to_snapshot('otel.logs', %s)".formatted(snapshot));
    }

    private static List<Long> numbers(TestingSpark spark)
    {
        return spark.sql("SELECT CAST(element_at(attributes, 'number') AS bigint) FROM {c}.otel.logs").stream().map(row -> row.getLong(0)).toList();
    }
}
