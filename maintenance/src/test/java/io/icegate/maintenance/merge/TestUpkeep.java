package io.icegate.maintenance.merge;

import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.statistics.TableStatistics;
import io.icegate.maintenance.upkeep.Upkeep;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepListener;
import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.schema.Signal;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

final class TestUpkeep
{
    @TempDir
    private Path scratch;
    private final List<UpkeepAction> actions = new ArrayList<>();
    private Duration later = Duration.ZERO;

    @Test
    void testE18RoundMergesAndTells()
            throws Exception
    {
        try (MergeFixture logs = fixture()) {
            round(List.of(logs.table), 1 << 30);
            assertThat(actions).extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
            assertThat(actions.get(0)).satisfies(action -> {
                assertThat(action.succeeded()).isTrue();
                assertThat(action.text()).contains("otel.logs", "COMMITTED of 3 files");
                assertThat(action.work().outcome()).isEqualTo("committed");
                assertThat(action.work().filesIn()).isEqualTo(3);
                assertThat(action.work().filesOut()).isEqualTo(1);
                assertThat(action.work().rows()).isEqualTo(30);
                assertThat(action.work().bytesIn()).isPositive();
                assertThat(action.work().bytesOut()).isPositive();
            });
            logs.table.refresh();
            assertThat(logs.files()).hasSize(1);
            round(List.of(logs.table), 1 << 30);
            assertThat(actions).as("nothing is left to do").hasSize(2);
        }
    }

    @Test
    void testATableThatFailsStopsNoOther()
            throws Exception
    {
        try (MergeFixture broken = fixture(); MergeFixture logs = fixture()) {
            for (DataFile file : broken.files()) {
                broken.table.io().deleteFile(file.location());
            }
            round(List.of(broken.table, logs.table), 1 << 30);
            assertThat(actions).extracting(UpkeepAction::succeeded).containsExactly(false, true, true);
            assertThat(actions.get(0).text()).contains("merge", "failed");
        }
        try (var left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    /**
     * Files of others that cannot be merged here are tried once in six hours, and whoever reads it is told how an engine merges them.
     */
    @Test
    void testWhatIsRefused()
            throws Exception
    {
        try (MergeFixture logs = fixture()) {
            Upkeep upkeep = upkeep(1 << 30);
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            logs.append(logs.writer(), LogRows.batch(7, "acme", 10));
            logs.append(logs.writer(), LogRows.batch(8, "acme", 10));
            logs.commit();
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            logs.table.refresh();
            List<DataFile> merged = logs.files();
            assertThat(merged).hasSize(2);
            try (PositionOutputStream out = logs.table.io().newOutputFile(merged.get(0).location()).createOrOverwrite()) {
                out.write(new byte[(int) merged.get(0).fileSizeInBytes()]);
            }
            actions.clear();
            later = Duration.ofMinutes(11); // nothing came to the partition for so long
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            assertThat(actions).filteredOn(action -> action.kind().equals("merge")).as("once").singleElement().satisfies(action -> {
                assertThat(action.succeeded()).isFalse();
                assertThat(action.work().outcome()).isEqualTo("refused");
                assertThat(action.result()).matches("Cannot merge .*: it is no Parquet file; looked at again in 6 hours");
            });
            later = Duration.ofHours(7);
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            assertThat(actions).filteredOn(action -> action.kind().equals("merge")).hasSize(2);
        }
    }

    /**
     * What the budget does not reach is left to the next round, and one that is told to stop begins nothing.
     */
    @Test
    void testBudget()
            throws Exception
    {
        try (MergeFixture first = fixture(); MergeFixture second = fixture()) {
            round(List.of(first.table, second.table), 1);
            assertThat(actions).extracting(UpkeepAction::kind).containsExactly("merge", "statistics");
            round(List.of(first.table, second.table), 1);
            assertThat(actions).hasSize(4);
            upkeep(1).round(List.of(first.table), _table -> true, () -> false);
            assertThat(actions).hasSize(4);
        }
    }

    private void round(List<Table> tables, long bytes)
    {
        tables.forEach(Table::refresh);
        upkeep(bytes).round(tables, _table -> true, () -> true);
    }

    /**
     * What was not merged waits, what was does not.
     */
    @Test
    void testTellsHowLongFilesWait()
            throws Exception
    {
        try (MergeFixture logs = fixture()) {
            Instant committed = Instant.ofEpochMilli(logs.table.currentSnapshot().timestampMillis());
            List<Duration> lags = new ArrayList<>();
            UpkeepListener listener = new UpkeepListener()
            {
                @Override
                public void did(UpkeepAction action) {}

                @Override
                public void unmerged(String table, Duration lag)
                {
                    assertThat(table).isEqualTo(logs.table.name());
                    lags.add(lag);
                }
            };
            Upkeep upkeep = upkeep(1 << 30, () -> committed.plusSeconds(700), listener);
            AtomicInteger questions = new AtomicInteger();
            upkeep.round(List.of(logs.table), _table -> true, () -> questions.getAndIncrement() == 0); // it is stopping
            upkeep.round(List.of(logs.table), _table -> true, () -> true);
            assertThat(lags).containsExactly(Duration.ofSeconds(700), Duration.ZERO);
        }
    }

    private Upkeep upkeep(long bytes)
    {
        return upkeep(bytes, () -> Instant.now().plus(later), actions::add);
    }

    private Upkeep upkeep(long bytes, InstantSource clock, UpkeepListener listener)
    {
        return new Upkeep(
                new MergePlanner(MergeFixture.ALL),
                new NativeMerge(MergeSettings.DEFAULT, scratch, new Random(1)),
                new SnapshotExpiration(ExpirationPolicy.DEFAULT, clock),
                new TableStatistics(TableStatistics.INTERVAL, new Random(2), clock),
                new UpkeepSettings(Duration.ofMinutes(1), bytes),
                clock,
                listener);
    }

    private static MergeFixture fixture()
            throws Exception
    {
        MergeFixture fixture = new MergeFixture(Signal.LOGS);
        WalWriter writer = fixture.writer();
        for (int segment = 0; segment < 3; segment++) {
            fixture.append(writer, LogRows.batch(segment, "acme", 10));
        }
        fixture.commit();
        return fixture;
    }
}
