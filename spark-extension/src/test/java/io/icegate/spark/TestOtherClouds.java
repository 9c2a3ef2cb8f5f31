package io.icegate.spark;

import io.icegate.objectstore.azure.StrictAzureServer;
import io.icegate.objectstore.gcs.StrictGcsServer;
import io.icegate.objectstore.http.StrictHttpServer;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spark on Google Cloud Storage and on Azure Blob Storage: the WAL, its commit, maintenance and tables of its own.
 */
final class TestOtherClouds
{
    @Test
    void testGoogle()
            throws Exception
    {
        try (StrictGcsServer server = StrictGcsServer.start()) {
            verify(server, "gs://lake/wh", server.properties());
        }
    }

    @Test
    void testAzure()
            throws Exception
    {
        try (StrictAzureServer server = StrictAzureServer.start()) {
            verify(server, "abfss://lake@%s.dfs.core.windows.net/wh".formatted(StrictAzureServer.ACCOUNT), server.properties());
        }
    }

    private static void verify(StrictHttpServer server, String warehouse, Map<String, String> store)
            throws Exception
    {
        server.createBucket("lake");
        Map<String, String> options = new HashMap<>(store);
        options.put("cache-enabled", "false");
        TestingSpark spark = TestingSpark.open(warehouse, options);
        try (TestingWal wal = new TestingWal(warehouse, store)) {
            for (int batch = 0; batch < 5; batch++) {
                wal.append(batch, batch * 20L, batch * 20L + 19);
                assertThat(spark.sql("CALL {c}.system.commit_wal('otel.logs')")).hasSize(1);
            }
            wal.append(10, 100, 109); // waits
            assertThat(spark.value("SELECT count(*) FROM {c}.otel.logs")).isEqualTo(100L);
            spark.sql("CALL {c}.system.rewrite_data_files(table => 'otel.logs', options => map('rewrite-all', 'true'))");
            spark.sql("CALL {c}.system.expire_snapshots(table => 'otel.logs', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1)");
            spark.sql("CALL {c}.system.commit_wal('otel.logs')");
            assertThat(spark.value("SELECT count(*) FROM {c}.otel.logs")).isEqualTo(110L);
        }
        spark.sql("CREATE TABLE {c}.otel.own AS SELECT id, concat('n', id) AS name FROM range(1000)");
        spark.sql("DELETE FROM {c}.otel.own WHERE id % 10 = 3");
        assertThat(spark.value("SELECT count(*) FROM {c}.otel.own")).isEqualTo(900L);
        spark.sql("DROP TABLE {c}.otel.own PURGE");
    }
}
