package io.icegate.wal.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchId;
import io.icegate.wal.FakeSegments;
import io.icegate.wal.HookedObjectStore;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.collect.WalCollector;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.registry.Heartbeat;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.status.WriterState;
import io.icegate.wal.status.WriterStatus;
import io.icegate.wal.status.WriterStatus.Waiting;
import io.icegate.wal.writer.WalWriter;
import org.apache.iceberg.TableMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.time.temporal.ChronoUnit.MICROS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What engines tell about writers.
 */
final class TestWriterStatus
{
    private static final Duration SILENCE = WriterRegistry.SILENT_AFTER.plusSeconds(1);

    private final WalHarness wal = new WalHarness(new WalCommitGuard(), 1, 0);
    private final UUID table = wal.table().uuid();
    private int batches;

    @AfterEach
    void close()
    {
        wal.close();
    }

    @Test
    void testWriterThatWrites()
            throws Exception
    {
        WalWriter writer = wal.silentWriter();
        append(writer);
        commit();
        assertThat(writers()).containsExactly(new WriterStatus(
                WalHarness.TABLE,
                Optional.of(writer.id()),
                WriterState.OPEN,
                Optional.of("host"),
                Optional.of(new Sequence(1)),
                Optional.of(Waiting.NONE),
                Optional.of(wal.clock.instant()),
                Optional.empty(),
                Optional.empty()));

        Instant first = wal.clock.instant();
        append(writer);
        wal.clock.advance(Duration.ofSeconds(1));
        append(writer);
        new WriterRegistry(wal.truth.store()).heartbeat(writer.id(), new Heartbeat(Map.of(table, MICROS.between(Instant.EPOCH, first) + 7)));
        assertThat(writers()).singleElement().satisfies(status -> {
            assertThat(status.waiting()).contains(new Waiting(2, 20, size(writer, 1) + size(writer, 2), Optional.of(first)));
            assertThat(status.low()).contains(first.plus(7, MICROS));
            assertThat(status.lastSeen()).contains(wal.clock.instant());
        });
    }

    @Test
    void testEveryState()
            throws Exception
    {
        WalWriter silent = wal.silentWriter();
        append(silent);
        WalWriter gone = wal.silentWriter();
        append(gone);
        WalWriter corrupt = wal.silentWriter();
        append(corrupt);
        wal.clock.advance(SILENCE);
        WalWriter closed = wal.silentWriter();
        append(closed);
        closed.close();
        commit();
        wal.truth.store().delete(List.of(WalLayout.registryEntry(gone.id())));
        append(corrupt);
        append(corrupt);
        append(corrupt);
        overwrite(new SegmentKey(table, corrupt.id(), new Sequence(2)));
        WalWriter sealed = wal.silentWriter();
        append(sealed);
        sealed.close();
        WriterId unreadable = WriterId.random(wal.clock.instant(), wal.random);
        wal.truth.store().put(WalLayout.registryEntry(unreadable), "{\"format\":9}".getBytes(StandardCharsets.UTF_8));

        List<WriterStatus> statuses = writers();
        assertThat(statuses).hasSize(6);
        assertThat(line(statuses, silent.id())).isEqualTo("silent host 1 0");
        assertThat(line(statuses, gone.id())).isEqualTo("unregistered null 1 0");
        assertThat(line(statuses, closed.id())).isEqualTo("closed null 1 0");
        assertThat(line(statuses, sealed.id())).isEqualTo("sealed host 0 1");
        assertThat(line(statuses, corrupt.id())).startsWith("corrupt host 1 1 Cannot read segment ").contains("00000000000000000002.parquet");
        assertThat(line(statuses, unreadable)).isEqualTo("unreadable null 0 0 Cannot read registry entry _wal/v1/_writers/%s.json: format is 9, this version reads 1".formatted(unreadable));
    }

    /**
     * One bad heartbeat, in a run with a hole.
     */
    @Test
    void testProblemsOfOneWriter()
            throws Exception
    {
        WalWriter writer = wal.silentWriter();
        append(writer);
        append(writer);
        append(writer);
        wal.truth.store().delete(List.of(new SegmentKey(table, writer.id(), new Sequence(1)).objectKey()));
        assertThat(line(writers(), writer.id())).as("may be an upload that others overtook").isEqualTo("open host 0 1");
        wal.clock.advance(SILENCE);
        assertThat(line(writers(), writer.id())).startsWith("silent host 0 1 ").contains("00000000000000000001.parquet is missing and ");
        wal.truth.store().put(WalLayout.heartbeat(writer.id()), "{".getBytes(StandardCharsets.UTF_8));
        assertThat(line(writers(), writer.id())).startsWith("open host 0 1 Cannot read heartbeat _wal/v1/_writers/%s.alive: ".formatted(writer.id()));
    }

    @Test
    void testMoreWaitsThanIsLookedAt()
    {
        WalWriter writer = wal.silentWriter();
        for (int i = 0; i < 4; i++) {
            append(writer);
        }
        EngineWal few = engine(wal.truth, 3);
        assertThat(line(few.writers(WalHarness.TABLE, wal::metadata), writer.id())).isEqualTo("open host 0 3 more than 3 segments");
    }

    /**
     * The curve over thousands of restarts: what is over asks the store nothing.
     */
    @Test
    void testFinishedWritersCostNothing()
    {
        WalCollector collector = new WalCollector(wal.truth.store());
        for (int i = 0; i < 100; i++) {
            writeAndClose();
        }
        commit();
        collect(collector);
        wal.clock.advance(WalCollector.CLOSED_MIN.plusSeconds(1));
        collect(collector);
        for (int i = 0; i < 50; i++) {
            writeAndClose();
        }
        commit();
        WalWriter open = wal.silentWriter();
        append(open);

        HookedObjectStore asked = new HookedObjectStore(wal.truth.store());
        List<WriterStatus> statuses = engine(new Warehouse("memory:test", asked), 100).writers(WalHarness.TABLE, wal::metadata);
        assertThat(statuses).as("those that left the registry are not told").hasSize(51);
        assertThat(statuses).filteredOn(status -> status.state() == WriterState.CLOSED).hasSize(50);
        assertThat(asked.takeRequests()).as("registry, entry, heartbeat, run and footer of the open one").hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void testTableThatCannotBeRead()
    {
        assertThat(engine(wal.truth, 100).writers(WalHarness.TABLE, () -> {
            throw new IllegalStateException("Cannot load it: gone");
        })).containsExactly(WriterStatus.unreadable(WalHarness.TABLE, "Cannot load it: gone"));
    }

    private void writeAndClose()
    {
        WalWriter writer = wal.silentWriter();
        append(writer);
        writer.close();
    }

    private void collect(WalCollector collector)
    {
        TableMetadata metadata = wal.metadata();
        collector.collect(Set.of(table), _uuid -> Optional.of(metadata));
    }

    private List<WriterStatus> writers()
    {
        return engine(wal.truth, 100).writers(WalHarness.TABLE, wal::metadata);
    }

    private EngineWal engine(Warehouse warehouse, int segmentsMax)
    {
        return new EngineWal(warehouse, new FakeSegments(), wal.environment(Runnable::run), new EngineWal.Limits(100, segmentsMax, 100));
    }

    /**
     * State, host, committed, waiting segments and problem.
     */
    private static String line(List<WriterStatus> statuses, WriterId writer)
    {
        WriterStatus status = statuses.stream().filter(row -> row.writer().orElseThrow().equals(writer)).findFirst().orElseThrow();
        return "%s %s %s %s%s".formatted(
                status.state().text(),
                status.host().orElse(null),
                status.committed().orElseThrow().value(),
                status.waiting().orElseThrow().segments(),
                status.problem().map(problem -> " " + problem).orElse(""));
    }

    private long size(WalWriter writer, long sequence)
            throws IOException
    {
        return wal.truth.store().head(new SegmentKey(table, writer.id(), new Sequence(sequence)).objectKey()).orElseThrow().size();
    }

    private void overwrite(SegmentKey key)
            throws IOException
    {
        wal.truth.store().put(key.objectKey(), "torn".getBytes(StandardCharsets.UTF_8));
    }

    private void commit()
    {
        wal.committer().commit(wal.table(), new CommitOptions(CommitOptions.SEGMENTS_MAX, false));
    }

    private void append(WalWriter writer)
    {
        try {
            writer.lane(table, FakeSegments.seal()).append(FakeSegments.batches(new BatchId(1, batches++))).get(60, SECONDS);
        }
        catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
