package io.icegate.receiver.ingest;

import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

final class TestIngestConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(IngestConfig.class)
                .setMemoryBudget(DataSize.succinctBytes(Runtime.getRuntime().maxMemory() / 4))
                .setAckDeadline(new Duration(3, SECONDS))
                .setWindow(new Duration(100, MILLISECONDS))
                .setSegmentBytes(DataSize.of(8, MEGABYTE))
                .setSegmentRows(131_072)
                .setMaxInFlightSegments(4)
                .setFilesPerSecond(4)
                .setDedup(true)
                .setDedupWindow(new Duration(15, MINUTES)));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.ingest.memory-budget", "100MB",
                        "icegate.ingest.ack-deadline", "2s",
                        "icegate.wal.window", "20ms",
                        "icegate.wal.segment-bytes", "4MB",
                        "icegate.wal.segment-rows", "1000",
                        "icegate.wal.max-in-flight-segments", "8",
                        "icegate.wal.files-per-second", "20",
                        "icegate.wal.dedup", "false",
                        "icegate.wal.dedup-window", "20m"),
                new IngestConfig()
                        .setMemoryBudget(DataSize.of(100, MEGABYTE))
                        .setAckDeadline(new Duration(2, SECONDS))
                        .setWindow(new Duration(20, MILLISECONDS))
                        .setSegmentBytes(DataSize.of(4, MEGABYTE))
                        .setSegmentRows(1_000)
                        .setMaxInFlightSegments(8)
                        .setFilesPerSecond(20)
                        .setDedup(false)
                        .setDedupWindow(new Duration(20, MINUTES)));
    }
}
