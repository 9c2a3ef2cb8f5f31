package io.icegate.spark;

import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Spark reads what Trino leaves.
 *
 * <p>{@code trino-optimize.parquet} is the file of Trino 483 after {@code ALTER TABLE otel.logs EXECUTE optimize} on 20 rows
 * of a receiver that have no attributes, no body and no names. Their bloom filters were switched off to keep it small. Its
 * NULL columns are DELTA_LENGTH_BYTE_ARRAY pages without a value, as Trino's INSERT writes them too.
 */
final class TestTrinoFiles
{
    private static final TableIdentifier LOGS = TableIdentifier.of("otel", "logs");
    private static final String FILE = "trino-optimize.parquet";
    private static final int ROWS = 20;

    @Test
    void testE17EveryColumnIsRead(@TempDir Path folder)
            throws Exception
    {
        TestingSpark spark = TestingSpark.open(folder);
        try (TestingWal wal = new TestingWal(spark.warehouse())) {
            Table table = wal.catalog().loadTable(LOGS);
            addFile(table);

            List<String> vectorized = spark.rows("otel.logs");
            assertThat(vectorized).hasSize(ROWS);
            for (NestedField column : table.schema().columns()) {
                Row counts = spark.sql("SELECT count(*), count(%1$s), max(CAST(%1$s AS string)) FROM {c}.otel.logs".formatted(column.name())).get(0);
                assertThat(counts.getLong(0)).as(column.name()).isEqualTo(ROWS);
                assertThat(counts.getLong(1)).as(column.name()).isEqualTo(column.isRequired() ? ROWS : 0);
            }
            spark.sql("CALL {c}.system.compute_table_stats('otel.logs')");

            table.updateProperties().set("read.parquet.vectorization.enabled", "false").commit();
            assertThat(spark.rows("otel.logs")).containsExactlyInAnyOrderElementsOf(vectorized);
            // and what Spark makes of it
            spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('rewrite-all', 'true'))");
            table.updateProperties().set("read.parquet.vectorization.enabled", "true").commit();
            assertThat(spark.rows("otel.logs")).containsExactlyInAnyOrderElementsOf(vectorized);
        }
    }

    @Test
    void testOlderRuntimeIsRefused()
    {
        assertThatThrownBy(() -> RuntimeVersion.check("icegate", "1.11.0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot open catalog 'icegate': Iceberg's Spark runtime is 1.11.0 and cannot read every file that Trino writes, 1.12 or later is needed");
        for (String version : List.of("1.12.0", "1.12.1-vendor-3", "2.0.0", "unspecified")) {
            RuntimeVersion.check("icegate", version);
        }
    }

    private static void addFile(Table table)
            throws IOException
    {
        String location = table.locationProvider().newDataLocation("trino.parquet");
        long size;
        try (InputStream in = requireNonNull(TestTrinoFiles.class.getResourceAsStream(FILE), "no file"); OutputStream out = table.io().newOutputFile(location).create()) {
            size = in.transferTo(out);
        }
        table.newAppend().appendFile(DataFiles.builder(table.spec())
                .withPath(location)
                .withPartitionPath("tenant_id=acme/timestamp_day=2026-11-20")
                .withFileSizeInBytes(size)
                .withRecordCount(ROWS)
                .build()).commit();
    }
}
