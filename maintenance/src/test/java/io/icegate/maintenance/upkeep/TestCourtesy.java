package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.maintenance.statistics.TableStatistics;
import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.WalLayout;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.lease.StatementHolds;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What maintenance leaves to ingest, queries and the disk of its machine.
 */
final class TestCourtesy
{
    private static final Duration OLD = Duration.ofMinutes(11);

    @TempDir
    private Path scratch;

    /**
     * Merges wait while segments wait for minutes. After half an hour that has another reason, which rest does not mend.
     */
    @Test
    void testMergesWaitForIngest()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
            warehouse.commit(logs);
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 5));
            ObjectKey wal = WalLayout.table(logs.uuid());
            warehouse.age(wal, Duration.ofMinutes(5));
            warehouse.round(OLD);
            assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("wait");
            assertThat(warehouse.actions.get(0).text()).contains("segments have waited for 30");
            try (Maintenance maintenance = warehouse.maintenance(OLD, 2)) {
                assertThat(maintenance.keep(logs, () -> true)).as("who asks does not wait").extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
            }
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3));
            warehouse.commit(logs);
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 5));
            warehouse.age(wal, Duration.ofMinutes(31));
            warehouse.round(OLD);
            assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("wait", "merge", "statistics", "merge", "statistics");
            List<UpkeepAction> stored = new UpkeepStatuses(warehouse.store).read(logs.uuid()).orElseThrow().actions();
            assertThat(stored).as("all processes tell it").extracting(UpkeepAction::kind).containsExactly("wait", "merge", "statistics", "merge", "statistics");
        }
    }

    /**
     * What a statement is about to change stays where it is, for whoever asks. Of a merge that began before nothing is left.
     */
    @Test
    void testFilesStayWhileStatementsChangeRows()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
            warehouse.commit(logs);
            InstantSource clock = () -> Instant.now().plus(OLD);
            try (StatementHolds holds = new StatementHolds(new StatementHold(warehouse.store, clock), "engine", Runnable::run);
                    Maintenance maintenance = warehouse.maintenance(OLD, 2)) {
                StatementHolds.Share statement = holds.begin(logs.uuid());
                maintenance.round(() -> true);
                maintenance.keep(logs, () -> true);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("wait", "wait");
                assertThat(warehouse.actions.get(0).text()).contains("statements have changed rows since");
                statement.close();

                List<ObjectKey> before = warehouse.keys(warehouse.folder(logs));
                MergePlan plan = new MergePlanner(MergePolicy.DEFAULT).plan(logs, clock.instant()).get(0);
                MergeResult result = new NativeMerge(MergeSettings.DEFAULT, scratch, new Random()).run(logs, plan, () -> false);
                assertThat(result.outcome()).isEqualTo(MergeResult.Outcome.YIELDED);
                assertThat(warehouse.keys(warehouse.folder(logs))).isEqualTo(before);
                assertThat(UpkeepFixture.files(logs)).hasSize(2);

                maintenance.round(() -> true);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("wait", "wait", "merge", "statistics");
                assertThat(UpkeepFixture.files(logs)).hasSize(1);
            }
        }
    }

    /**
     * A statement that began when the merge was running finds its files.
     */
    @Test
    void testMergeLooksAgainBeforeItCommits()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
            warehouse.commit(logs);
            StatementHold hold = new StatementHold(warehouse.store, InstantSource.system());
            try (StatementHolds holds = new StatementHolds(hold, "engine", Runnable::run)) {
                Upkeep upkeep = upkeep(warehouse, ExpirationPolicy.DEFAULT, () -> Instant.now().plus(OLD), Optional.of(hold));
                // asked after the first look
                upkeep.keep(logs, Long.MAX_VALUE, () -> {
                    holds.begin(logs.uuid());
                    return true;
                });
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge");
                assertThat(warehouse.actions.get(0).text()).contains("YIELDED");
                assertThat(UpkeepFixture.files(logs)).hasSize(2);
            }
        }
    }

    /**
     * Each expiration writes metadata and reads what goes, however little that is.
     */
    @Test
    void testSnapshotsExpireFromTimeToTime()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            logs.updateProperties().set(TableProperties.MIN_SNAPSHOTS_TO_KEEP, "1").commit();
            Duration[] later = {Duration.ofHours(4)};
            Upkeep upkeep = upkeep(warehouse, new ExpirationPolicy(Duration.ofHours(1), 1), () -> Instant.now().plus(later[0]), Optional.empty());
            assertThat(expiresAfterTwoCommits(upkeep, warehouse, logs)).isTrue();
            later[0] = later[0].plus(Upkeep.EXPIRE_INTERVAL.minusMinutes(1));
            assertThat(expiresAfterTwoCommits(upkeep, warehouse, logs)).isFalse();
            later[0] = later[0].plusMinutes(2);
            assertThat(expiresAfterTwoCommits(upkeep, warehouse, logs)).isTrue();
        }
    }

    /**
     * A plan that finds nothing is not made again soon when it took long. One that found something is: the more files wait, the longer
     * it takes, and a rest after it would let more of them wait.
     */
    @Test
    void testRestsFromPlansThatFindNothing()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = warehouse.logs(Namespace.of("otel"));
            Instant start = Instant.now().plus(OLD);
            Duration[] passed = {Duration.ZERO};
            Upkeep upkeep = upkeep(warehouse, ExpirationPolicy.DEFAULT, () -> {
                passed[0] = passed[0].plusMillis(200); // so long everything takes
                return start.plus(passed[0]);
            }, Optional.empty());
            for (int round = 0; round < 3; round++) {
                assertThat(mergesAfterTwoCommits(upkeep, warehouse, logs)).as("round %s", round).isTrue();
            }
            while (upkeep.keep(logs, Long.MAX_VALUE, () -> true) > 0) {
                // the results of the rounds become one
            }
            assertThat(mergesAfterTwoCommits(upkeep, warehouse, logs)).as("nothing was there a moment ago").isFalse();
            passed[0] = passed[0].plusSeconds(5);
            assertThat(mergesAfterTwoCommits(upkeep, warehouse, logs)).isTrue();
        }
    }

    private static boolean mergesAfterTwoCommits(Upkeep upkeep, UpkeepFixture warehouse, Table table)
            throws Exception
    {
        for (int commit = 0; commit < 2; commit++) {
            warehouse.append(table, warehouse.batch("acme", Instant.now(), 3));
            warehouse.commit(table);
        }
        warehouse.actions.clear();
        upkeep.keep(table, Long.MAX_VALUE, () -> true);
        return warehouse.actions.stream().anyMatch(action -> action.kind().equals("merge") && action.succeeded());
    }

    private Upkeep upkeep(UpkeepFixture warehouse, ExpirationPolicy policy, InstantSource clock, Optional<StatementHold> statements)
    {
        return new Upkeep(
                new MergePlanner(MergePolicy.DEFAULT),
                new NativeMerge(MergeSettings.DEFAULT, scratch, new Random()),
                new SnapshotExpiration(policy, clock),
                new TableStatistics(TableStatistics.INTERVAL, new Random(2), clock),
                UpkeepSettings.DEFAULT,
                clock,
                warehouse.actions::add,
                new Upkeep.Courtesy(WorkShare.all(), Optional.empty(), statements),
                Optional.empty());
    }

    private static boolean expiresAfterTwoCommits(Upkeep upkeep, UpkeepFixture warehouse, Table table)
            throws Exception
    {
        for (int commit = 0; commit < 2; commit++) {
            warehouse.append(table, warehouse.batch("acme", Instant.now(), 3));
            warehouse.commit(table);
        }
        warehouse.actions.clear();
        upkeep.keep(table, Long.MAX_VALUE, () -> true);
        return warehouse.actions.stream().anyMatch(action -> action.kind().equals("expire") && action.succeeded());
    }

    @Test
    void testE19RestsInProportion()
    {
        List<Duration> rests = new ArrayList<>();
        Spending spending = new Spending();
        WorkShare quarter = new WorkShare(0.25, spending, rests::add);
        quarter.rest(spending.worked(Duration.ofMillis(1500), Duration.ofMillis(1500)), () -> true);
        assertThat(rests.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofMillis(4500));
        assertThat(rests).as("and looks each second whether it must end").hasSize(5);
        rests.clear();
        quarter.rest(spending.worked(Duration.ofMinutes(10), Duration.ofMinutes(10)), () -> true);
        assertThat(rests.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofMinutes(1));
        rests.clear();
        quarter.rest(spending.worked(Duration.ofMinutes(10), Duration.ofMinutes(10)), () -> rests.size() < 2);
        assertThat(rests).hasSize(2);
        rests.clear();
        new WorkShare(1, spending, rests::add).rest(spending.worked(Duration.ofMinutes(10), Duration.ofMinutes(20)), () -> true);
        assertThat(rests).isEmpty();
        assertThatThrownBy(() -> new WorkShare(0, spending, rests::add)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> new WorkShare(1.01, spending, rests::add)).hasMessageContaining("1 at most");
    }

    /**
     * Seen in a soak beside builds: merges took four times as long as on a quiet machine, each was followed by a rest as long, and
     * small files grew by hundreds a minute.
     */
    @Test
    void testWaitingForTheProcessorIsRest()
    {
        List<Duration> rests = new ArrayList<>();
        Spending spending = new Spending();
        WorkShare half = new WorkShare(0.5, spending, rests::add);
        half.rest(spending.worked(Duration.ofSeconds(8), Duration.ofSeconds(2)), () -> true);
        assertThat(rests).isEmpty();
        half.rest(spending.worked(Duration.ofSeconds(3), Duration.ofSeconds(2)), () -> true);
        assertThat(rests).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void testSpentByThisProcess()
    {
        WorkShare.Spent before = WorkShare.Spent.byThisProcess();
        long rounds = 0;
        while (WorkShare.Spent.byThisProcess().processor().equals(before.processor())) {
            rounds++; // it has a resolution of 10 ms
        }
        assertThat(rounds).isNotNegative();
        assertThat(WorkShare.Spent.byThisProcess().time()).isGreaterThan(before.time());
    }

    /**
     * A process whose work is told.
     */
    private static final class Spending
            implements Supplier<WorkShare.Spent>
    {
        private WorkShare.Spent spent = new WorkShare.Spent(Duration.ZERO, Duration.ZERO);

        @Override
        public WorkShare.Spent get()
        {
            return spent;
        }

        /**
         * Returns what was spent before.
         */
        private WorkShare.Spent worked(Duration time, Duration processor)
        {
            WorkShare.Spent before = spent;
            spent = new WorkShare.Spent(before.time().plus(time), before.processor().plus(processor));
            return before;
        }
    }

    /**
     * Copies of a process that was killed go after a day. Others may be in use, or somebody's.
     */
    @Test
    void testCopiesOfTheDeadGo()
            throws Exception
    {
        Path dead = copies("merge-dead", Duration.ofHours(25));
        Path running = copies("merge-running", Duration.ofHours(1));
        Path other = copies("other", Duration.ofDays(30));
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            warehouse.round(Duration.ZERO);
        }
        assertThat(dead).doesNotExist();
        assertThat(running.resolve("input-0")).exists();
        assertThat(other.resolve("input-0")).exists();
    }

    private Path copies(String name, Duration age)
            throws Exception
    {
        Path folder = Files.createDirectory(scratch.resolve(name));
        Files.write(folder.resolve("input-0"), new byte[10]);
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
        return folder;
    }
}
