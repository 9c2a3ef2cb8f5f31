package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.lease.StatementHolds;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What cannot be merged here is merged by an engine, which is believed as far as the table shows it.
 */
final class TestEngineRewrites
{
    private static final Duration OLD = Duration.ofMinutes(11);

    @TempDir
    private Path scratch;
    private Duration later = OLD;
    private int rewrites;

    /**
     * An engine of this test.
     */
    private interface Statement
    {
        String run(Table table, MergePlan plan);
    }

    private final class Engine
            implements RewriteExecutor
    {
        private final Statement statement;

        private Engine(Statement statement)
        {
            this.statement = statement;
        }

        @Override
        public String engine()
        {
            return "Engine";
        }

        @Override
        public String rewrite(Table table, MergePlan plan, BooleanSupplier goesOn)
        {
            rewrites++;
            return statement.run(table, plan);
        }
    }

    /**
     * Puts one file in the place of those of the plan.
     */
    private static String replace(Table table, MergePlan plan)
    {
        DataFile first = plan.inputs().get(0).file();
        RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(plan.snapshotId()).dataSequenceNumber(plan.sequenceNumber());
        plan.inputs().forEach(input -> rewrite.deleteFile(input.file()));
        rewrite.addFile(DataFiles.builder(table.specs().get(first.specId())).copy(first).withPath(first.location() + ".rewritten.parquet").withRecordCount(plan.rows()).build());
        rewrite.commit();
        return "query 1";
    }

    @Test
    void testEngineMergesWhatIsRefused()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = refused(warehouse);
            round(warehouse, TestEngineRewrites::replace);
            assertThat(warehouse.actions).extracting(UpkeepAction::kind).as("the engine merges after all others").containsExactly("merge", "rewrite", "statistics");
            UpkeepAction rewrite = warehouse.actions.get(1);
            assertThat(rewrite.succeeded()).isTrue();
            assertThat(rewrite.reason()).matches("2 small files of a partition that is complete. Cannot merge .*: rows of it are deleted by EQUALITY_DELETES of PARQUET");
            assertThat(rewrite.result()).matches("REWRITTEN 2 of 2 files, \\d+ bytes, into 1 files, \\d+ bytes. Engine: query 1");
            assertThat(rewrite.work()).matches(work -> work.outcome().equals("rewritten") && work.filesIn() == 2 && work.filesOut() == 1 && work.rows() == 14);
            assertThat(UpkeepFixture.files(logs)).extracting(DataFile::location).anyMatch(location -> location.endsWith(".rewritten.parquet")).hasSize(2);
            assertThat(new UpkeepStatuses(warehouse.store).read(logs.uuid()).orElseThrow().actions()).extracting(UpkeepAction::kind).contains("rewrite");
        }
    }

    /**
     * One that fails costs a failed action each ten minutes, and nothing else fails.
     */
    @Test
    void testEngineThatFails()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = refused(warehouse);
            Engine engine = new Engine((table, plan) -> {
                throw new IllegalStateException("nobody listens");
            });
            try (Maintenance maintenance = maintenance(warehouse, engine)) {
                maintenance.round(() -> true);
                maintenance.round(() -> true);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "rewrite", "statistics");
                assertThat(warehouse.actions.get(1)).satisfies(action -> {
                    assertThat(action.succeeded()).isFalse();
                    assertThat(action.result()).isEqualTo("FAILED, merged are 0 of 2 files, 0 bytes, into 0 files, 0 bytes. Engine: nobody listens");
                    assertThat(action.work().outcome()).isEqualTo("failed");
                });
                later = later.plus(EngineRewrites.INTERVAL);
                maintenance.round(() -> true);
                assertThat(rewrites).isEqualTo(2);
                assertThat(UpkeepFixture.files(logs)).hasSize(3);
            }
        }
    }

    /**
     * One that takes no statements yet is asked again soon, then less often, and nothing has failed.
     */
    @Test
    void testEngineThatComesLater()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = refused(warehouse);
            boolean[] listens = {false};
            Engine engine = new Engine((table, plan) -> {
                if (!listens[0]) {
                    throw new EngineUnavailableException("nobody listens", new ConnectException());
                }
                return replace(table, plan);
            });
            try (Maintenance maintenance = maintenance(warehouse, engine)) {
                maintenance.round(() -> true);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "rewrite", "statistics");
                assertThat(warehouse.actions.get(1)).satisfies(action -> {
                    assertThat(action.state()).isEqualTo("waiting");
                    assertThat(action.result()).isEqualTo("WAITING of 2 files for Engine, asked again in 5 s: nobody listens");
                });
                assertThat(new UpkeepStatuses(warehouse.store).read(logs.uuid()).orElseThrow().actions()).extracting(UpkeepAction::state).as("all processes tell it").endsWith("waiting", "done");
                maintenance.round(() -> true);
                assertThat(rewrites).as("not at once").isEqualTo(1);
                List<Duration> pauses = new ArrayList<>();
                Duration pause = EngineRewrites.RETRY_FIRST;
                for (int time = 0; time < 8; time++) {
                    later = later.plus(pause);
                    maintenance.round(() -> true);
                    assertThat(rewrites).isEqualTo(time + 2);
                    pauses.add(pause);
                    pause = pause.multipliedBy(2).compareTo(EngineRewrites.RETRY_MAX) < 0 ? pause.multipliedBy(2) : EngineRewrites.RETRY_MAX;
                }
                assertThat(pauses).startsWith(Duration.ofSeconds(5), Duration.ofSeconds(10)).endsWith(EngineRewrites.RETRY_MAX, EngineRewrites.RETRY_MAX);
                assertThat(warehouse.actions).allMatch(UpkeepAction::succeeded);

                listens[0] = true;
                later = later.plus(pause);
                maintenance.round(() -> true);
                assertThat(warehouse.actions).filteredOn(action -> action.kind().equals("rewrite")).last().extracting(UpkeepAction::result).asString().startsWith("REWRITTEN 2 of 2 files");
            }
        }
    }

    /**
     * Without an engine nothing has failed either: what to run is told, also by those that examine the table.
     */
    @Test
    void testNobodyMerges()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = refused(warehouse);
            try (Maintenance maintenance = warehouse.maintenance(later, 7)) {
                maintenance.round(() -> true);
                maintenance.round(() -> true);
            }
            assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("merge", "rewrite", "statistics");
            UpkeepAction waiting = warehouse.actions.get(1);
            assertThat(waiting.state()).isEqualTo("waiting");
            assertThat(waiting.result()).isEqualTo("WAITING of 2 files for an engine: ./icegate maintain --trino URL, or ALTER TABLE \"icegate\".\"otel\".\"logs\" EXECUTE optimize; looked at again in 6 hours");
            assertThat(waiting.reason()).endsWith(": rows of it are deleted by EQUALITY_DELETES of PARQUET");
            EngineWal wal = new EngineWal(warehouse.warehouse, new ParquetSegmentCodec(), WalEnvironment.system(Runnable::run), EngineWal.Limits.DEFAULT);
            UpkeepStatuses statuses = new UpkeepStatuses(warehouse.store);
            for (Duration age : List.of(OLD, OLD.plusHours(6), OLD.plusHours(7))) {
                List<Finding> findings = new Doctor(DoctorThresholds.DEFAULT, () -> Instant.now().plus(age)).examine(TableIdentifier.of("otel", "logs"), () -> logs, wal, statuses);
                List<Finding> needed = findings.stream().filter(finding -> finding.rule().equals("engine_needed")).toList();
                if (age.toHours() > 6) {
                    assertThat(needed).as("nobody has said so again").isEmpty();
                }
                else {
                    assertThat(needed).singleElement().satisfies(finding -> {
                        assertThat(finding.reason()).isEqualTo(waiting.reason());
                        assertThat(finding.remedy()).isEqualTo(waiting.result());
                    });
                }
            }
            try (Maintenance maintenance = maintenance(warehouse, new Engine(TestEngineRewrites::replace))) {
                maintenance.round(() -> true);
            }
            assertThat(statuses.read(logs.uuid()).orElseThrow().waitsForEngine(Instant.now().plus(OLD))).as("an engine has merged them").isEmpty();
        }
    }

    @Test
    void testTheTableDecidesWhatAnEngineDid()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            refused(warehouse);
            round(warehouse, (table, plan) -> "query 2, all is well");
            assertThat(warehouse.actions.get(1).succeeded()).as("it has done nothing").isFalse();
            warehouse.actions.clear();
            round(warehouse, (table, plan) -> {
                replace(table, plan);
                throw new IllegalStateException("the connection was lost");
            });
            assertThat(warehouse.actions).singleElement().satisfies(action -> {
                assertThat(action.succeeded()).as("and here it has").isTrue();
                assertThat(action.result()).startsWith("REWRITTEN 2 of 2 files").endsWith("Engine: the connection was lost");
            });
        }
    }

    /**
     * The engine holds the table while its statement runs, and for a moment longer.
     */
    @Test
    void testItsOwnHoldHoldsNothingOff()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = twoFiles(warehouse);
            appendTwo(warehouse, logs);
            ObjectKey segment = UpkeepFixture.files(logs).stream()
                    .filter(file -> file.specId() != logs.spec().specId())
                    .map(file -> warehouse.warehouse.key(file.location()).orElseThrow())
                    .findFirst()
                    .orElseThrow();
            warehouse.store.put(segment, new byte[warehouse.store.get(segment).orElseThrow().content().length]);
            warehouse.actions.clear();
            List<Runnable> releases = new ArrayList<>();
            InstantSource clock = () -> Instant.now().plus(later);
            try (StatementHolds holds = new StatementHolds(new StatementHold(warehouse.store, clock), "engine", releases::add)) {
                round(warehouse, (table, plan) -> {
                    try (StatementHolds.Share statement = holds.begin(table.uuid())) {
                        return replace(table, plan);
                    }
                });
                assertThat(warehouse.actions).as("segments, which cannot be read, come before files of partitions").extracting(UpkeepAction::kind).containsExactly("merge", "rewrite", "statistics");
                assertThat(warehouse.actions.get(0).result()).startsWith("COMMITTED of 2 files");
                assertThat(warehouse.actions.get(1).result()).startsWith("REWRITTEN 2 of 2 files");
                assertThat(releases).as("not released yet").hasSize(1);
            }
        }
    }

    /**
     * Statements of others hold off the engine's, too.
     */
    @Test
    void testHoldOfOthers()
            throws Exception
    {
        try (UpkeepFixture warehouse = new UpkeepFixture(scratch)) {
            Table logs = refused(warehouse);
            InstantSource clock = () -> Instant.now().plus(later);
            try (StatementHolds holds = new StatementHolds(new StatementHold(warehouse.store, clock), "other", Runnable::run)) {
                holds.begin(logs.uuid());
                round(warehouse, TestEngineRewrites::replace);
                assertThat(warehouse.actions).extracting(UpkeepAction::kind).containsExactly("wait");
            }
        }
    }

    private void round(UpkeepFixture warehouse, Statement statement)
    {
        try (Maintenance maintenance = maintenance(warehouse, new Engine(statement))) {
            maintenance.round(() -> true);
        }
    }

    private Maintenance maintenance(UpkeepFixture warehouse, Engine engine)
    {
        return Maintenance.open(
                warehouse.catalog,
                warehouse.warehouse,
                UpkeepSettings.DEFAULT.withCpuShare(1),
                scratch,
                new Random(),
                () -> Instant.now().plus(later),
                warehouse.actions::add,
                Optional.of(engine));
    }

    private static Table twoFiles(UpkeepFixture warehouse)
            throws Exception
    {
        Table logs = warehouse.logs(Namespace.of("otel"));
        for (int file = 0; file < 2; file++) {
            appendTwo(warehouse, logs);
            try (Maintenance maintenance = warehouse.maintenance(OLD, file)) {
                maintenance.round(() -> true);
            }
        }
        assertThat(UpkeepFixture.files(logs)).hasSize(2);
        return logs;
    }

    /**
     * Two files of a partition that have equality deletes, and segments behind them that can be merged.
     */
    private static Table refused(UpkeepFixture warehouse)
            throws Exception
    {
        Table logs = twoFiles(warehouse);
        logs.newRowDelta()
                .addDeletes(FileMetadata.deleteFileBuilder(logs.spec())
                        .ofEqualityDeletes(logs.schema().findField("body").fieldId())
                        .withPath(logs.location() + "/data/equality.parquet")
                        .withPartition(UpkeepFixture.files(logs).get(0).partition())
                        .withFileSizeInBytes(100)
                        .withRecordCount(1)
                        .build())
                .commit();
        appendTwo(warehouse, logs);
        warehouse.actions.clear();
        return logs;
    }

    private static void appendTwo(UpkeepFixture warehouse, Table logs)
            throws Exception
    {
        warehouse.append(logs, warehouse.batch("acme", Instant.now(), 3), warehouse.batch("acme", Instant.now(), 4));
        warehouse.commit(logs);
    }
}
