package io.icegate.trino;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.wal.WalLayout;
import io.icegate.wal.lease.StatementHold;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;
import static org.junit.jupiter.api.parallel.ExecutionMode.SAME_THREAD;

/**
 * A statement that changes rows finds the files that it began with, whatever maintenance would like to do with them meanwhile.
 */
@TestInstance(PER_CLASS)
@Execution(SAME_THREAD)
final class TestHeldTables
{
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /**
     * So many that they are merged at once.
     */
    private static final int SEGMENTS = 32;
    /**
     * Says no after a while.
     */
    private static final String SLOWLY_NO = "(SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 2000)) b(y) WHERE x * y = -1) > 0";

    private TrinoLake lake;
    private ExecutorService executor;
    private Path scratch;

    @BeforeAll
    void start(@TempDir Path folder)
            throws Exception
    {
        scratch = Files.createDirectory(folder.resolve("scratch"));
        lake = new TrinoLake(folder.resolve("lake"));
        executor = Executors.newCachedThreadPool();
    }

    @AfterAll
    void stop()
            throws Exception
    {
        executor.shutdownNow();
        lake.close();
    }

    @Test
    void testDelete()
            throws Exception
    {
        assertHeldDuring("DELETE FROM %s WHERE time_unix_nano > 0 AND " + SLOWLY_NO);
    }

    @Test
    void testUpdate()
            throws Exception
    {
        assertHeldDuring("UPDATE %s SET severity_text = 'x' WHERE " + SLOWLY_NO);
    }

    @Test
    void testMerge()
            throws Exception
    {
        assertHeldDuring("MERGE INTO %s t USING (VALUES 1, 2) s(n) ON t.time_unix_nano = s.n AND " + SLOWLY_NO + " WHEN MATCHED THEN DELETE");
    }

    @Test
    void testOptimize()
            throws Exception
    {
        WalFixture.Logs logs = logs();
        Table table = logs.table();
        Future<?> running = executor.submit(() -> lake.sql("ALTER TABLE %s EXECUTE optimize".formatted(logs.name())));
        awaitHeld(table, running);
        running.get();
        awaitFree(table);
        assertThat(lake.numbers(logs.name())).isEqualTo(TrinoLake.range(1, SEGMENTS));
    }

    /**
     * A commit that asked nobody. Trino names each file that is gone; what to do is all a user needs.
     */
    @Test
    void testFilesAreReplacedAllTheSame()
            throws Exception
    {
        WalFixture.Logs logs = logs();
        Table table = logs.table();
        Future<?> running = executor.submit(() -> lake.sql("DELETE FROM %s WHERE time_unix_nano > 0 AND NOT %s".formatted(logs.name(), SLOWLY_NO)));
        awaitHeld(table, running);
        MergePlan plan = new MergePlanner(MergePolicy.DEFAULT).plan(table, Instant.now()).getFirst();
        assertThat(new NativeMerge(MergeSettings.DEFAULT, scratch, new Random()).run(table, plan).outcome()).isEqualTo(MergeResult.Outcome.COMMITTED);
        assertThatThrownBy(running::get).cause().hasMessage(
                "Failed to commit the transaction during write: another commit has replaced files of table %s that this statement was about to change. Nothing was changed; run the statement again".formatted(logs.name()));
        assertThat(lake.numbers(logs.name())).isEqualTo(TrinoLake.range(1, SEGMENTS));
    }

    /**
     * Nothing but a statement that changes rows makes maintenance wait.
     */
    @Test
    void testOthersHoldNothing()
            throws Exception
    {
        WalFixture.Logs logs = logs();
        lake.rows("SELECT count(*) FROM " + logs.name());
        lake.sql("INSERT INTO %1$s SELECT * FROM %1$s WHERE false".formatted(logs.name()));
        assertThat(lake.fixture().warehouse().store().get(WalLayout.statements(logs.uuid()))).isEmpty();
    }

    private void assertHeldDuring(String statement)
            throws Exception
    {
        WalFixture.Logs logs = logs();
        Table table = logs.table();
        Future<?> running = executor.submit(() -> lake.sql(statement.formatted(logs.name())));
        awaitHeld(table, running);
        assertThat(keep(table)).as("held").containsExactly("wait");
        running.get();
        awaitFree(table);
        assertThat(keep(table)).as("free").containsExactly("merge", "statistics");
    }

    /**
     * With segments that are committed.
     */
    private WalFixture.Logs logs()
    {
        WalFixture.Logs logs = lake.fixture().createLogs(lake.namespace());
        for (int number = 1; number <= SEGMENTS; number++) {
            logs.append("acme", number, number);
        }
        logs.commit();
        return logs;
    }

    private List<String> keep(Table table)
    {
        List<UpkeepAction> actions = new ArrayList<>();
        try (Maintenance maintenance = Maintenance.open(lake.fixture().catalog(), lake.fixture().warehouse(), scratch, new Random(), InstantSource.system(), actions::add)) {
            maintenance.keep(table, () -> true);
        }
        return actions.stream().map(UpkeepAction::kind).toList();
    }

    private void awaitHeld(Table table, Future<?> running)
            throws Exception
    {
        StatementHold hold = new StatementHold(lake.fixture().warehouse().store(), InstantSource.system());
        Instant deadline = Instant.now().plus(DEADLINE);
        while (hold.heldSince(table.uuid()).isEmpty()) {
            assertThat(running).isNotDone();
            assertThat(Instant.now()).isBefore(deadline);
            MILLISECONDS.sleep(5);
        }
    }

    /**
     * A statement does not wait for the end of its hold.
     */
    private void awaitFree(Table table)
            throws Exception
    {
        Instant deadline = Instant.now().plus(DEADLINE);
        while (lake.fixture().warehouse().store().get(WalLayout.statements(table.uuid())).isPresent()) {
            assertThat(Instant.now()).isBefore(deadline);
            MILLISECONDS.sleep(5);
        }
    }
}
