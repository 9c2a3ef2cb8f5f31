package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.icegate.trino.config.Guard;
import io.icegate.wal.format.LogBatch;
import io.trino.Session;
import io.trino.testing.QueryRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compaction into many small partitions, in the heap of a test: what a writer holds while it is open must not be paid for
 * each partition.
 */
final class TestPartitionedWrites
{
    private static final int TENANTS = 100;
    private static final int DAYS = 5;
    private static final int ROWS = 4;
    private static final long DAY_MICROS = 86_400_000_000L;

    @Test
    void testOptimizeManyPartitions(@TempDir Path folder)
            throws Exception
    {
        try (WalFixture fixture = new WalFixture(folder);
                QueryRunner runner = IceGateQueryRunner.create(folder, EnumSet.noneOf(Guard.class), Map.of())) {
            Session session = IceGateQueryRunner.session(IceGateQueryRunner.CATALOG);
            WalFixture.Logs logs = fixture.createLogs("wide");
            for (int segment = 0; segment < ROWS; segment++) {
                ImmutableList.Builder<LogBatch> batches = ImmutableList.builder();
                for (int tenant = 0; tenant < TENANTS; tenant++) {
                    for (int day = 0; day < DAYS; day++) {
                        long number = day * DAY_MICROS + segment;
                        batches.add(logs.batch("tenant-" + tenant, number, number));
                    }
                }
                logs.append(batches.build().toArray(LogBatch[]::new));
            }
            logs.commit();
            String rows = "SELECT tenant_id, time_unix_nano, trace_id, body, attributes FROM wide.logs ORDER BY tenant_id, time_unix_nano";
            List<List<Object>> before = IceGateQueryRunner.rows(runner, session, rows);
            assertThat(before).hasSize(TENANTS * DAYS * ROWS);
            runner.execute(session, "ALTER TABLE wide.logs EXECUTE optimize");
            assertThat(IceGateQueryRunner.rows(runner, session, rows)).usingRecursiveComparison().isEqualTo(before);
            assertThat(IceGateQueryRunner.rows(runner, session, "SELECT count(*), count(DISTINCT partition) FROM wide.\"logs$files\"")).containsExactly(List.of((long) TENANTS * DAYS, (long) TENANTS * DAYS));
        }
    }
}
