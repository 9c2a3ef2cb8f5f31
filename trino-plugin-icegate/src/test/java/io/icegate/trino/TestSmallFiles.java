package io.icegate.trino;

import io.trino.execution.QueryStats;
import io.trino.testing.QueryRunner.MaterializedResultWithPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * Tables of many small files, as each one is until it is merged.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestSmallFiles
{
    private static final int FILES = 60;

    private TrinoLake lake;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        lake = new TrinoLake(folder);
    }

    @AfterAll
    void stop()
            throws Exception
    {
        lake.close();
    }

    @Test
    void testOneSplitOfManyFiles()
    {
        String namespace = lake.namespace();
        WalFixture.Logs logs = lake.fixture().createLogs(namespace);
        for (int file = 0; file < FILES; file++) {
            logs.append(file % 2 == 0 ? "acme" : "zeta", 2L * file + 1, 2L * file + 2);
            if (file == FILES / 2) {
                logs.commit();
            }
        }
        String table = namespace + ".logs";
        assertThat(drivers("SELECT time_unix_nano, body FROM " + table)).isLessThan(FILES / 4);
        assertThat(lake.numbers(table)).isEqualTo(TrinoLake.range(1, 2 * FILES));
        assertThat(lake.rows("SELECT \"$path\", count(*) FROM %s GROUP BY 1".formatted(table))).hasSize(FILES).allMatch(row -> row.get(1).equals(2L));
        assertThat(lake.rows("SELECT * FROM %s LIMIT 5".formatted(table))).hasSize(5);
        assertThat(lake.value("SELECT count(*) FROM %1$s a JOIN %1$s b ON a.time_unix_nano = b.time_unix_nano WHERE b.time_unix_nano < 8".formatted(table))).isEqualTo(7L);
        logs.commit();
        lake.sql("DELETE FROM %s WHERE time_unix_nano %% 10 = 0".formatted(table));
        List<Long> left = TrinoLake.range(1, 2 * FILES).stream().filter(number -> number % 10 != 0).toList();
        assertThat(lake.numbers(table)).isEqualTo(left);
        lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(table));
        assertThat(lake.numbers(table)).isEqualTo(left);
    }

    private int drivers(String query)
    {
        MaterializedResultWithPlan result = lake.runner().executeWithPlan(lake.runner().getDefaultSession(), query);
        QueryStats stats = lake.runner().getCoordinator().getQueryManager().getFullQueryInfo(result.queryId()).getQueryStats();
        return stats.getTotalDrivers();
    }
}
