package io.icegate.receiver.ingest;

import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static io.airlift.units.DataSize.Unit.GIGABYTE;
import static io.airlift.units.DataSize.Unit.MEGABYTE;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class TestIngestConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(IngestConfig.class)
                .setMemoryBudget(DataSize.succinctBytes(Runtime.getRuntime().maxMemory() / 4))
                .setTenantMemoryShare(0.5)
                .setTenantBytesPerSecond(null)
                .setTenantRecordsPerSecond(null)
                .setAckDeadline(new Duration(3, SECONDS))
                .setWindow(new Duration(100, MILLISECONDS))
                .setSegmentBytes(DataSize.of(8, MEGABYTE))
                .setSegmentRows(131_072)
                .setMaxInFlightSegments(4)
                .setProfile(null)
                .setFilesPerSecond(null)
                .setCopiesFolder(null)
                .setCopiesSize(DataSize.of(1, GIGABYTE))
                .setDedup(true)
                .setDedupWindow(new Duration(15, MINUTES)));
    }

    @Test
    void testFilesAreCountedWhereTheyCostMoney()
    {
        assertThat(new IngestConfig().fileBudget(false)).isEmpty();
        assertThat(new IngestConfig().fileBudget(true)).hasValue(4);
        for (boolean priced : new boolean[] {false, true}) {
            assertThat(new IngestConfig().setProfile(WindowProfile.ECONOMY).fileBudget(priced)).hasValue(1);
            assertThat(new IngestConfig().setProfile(WindowProfile.ECONOMY).setFilesPerSecond(2.0).fileBudget(priced)).hasValue(2);
        }
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.ofEntries(
                        Map.entry("icegate.ingest.memory-budget", "100MB"),
                        Map.entry("icegate.tenant.max-memory-share", "0.25"),
                        Map.entry("icegate.tenant.max-bytes-per-second", "10MB"),
                        Map.entry("icegate.tenant.max-records-per-second", "1000"),
                        Map.entry("icegate.ingest.ack-deadline", "2s"),
                        Map.entry("icegate.wal.window", "20ms"),
                        Map.entry("icegate.wal.segment-bytes", "4MB"),
                        Map.entry("icegate.wal.segment-rows", "1000"),
                        Map.entry("icegate.wal.max-in-flight-segments", "8"),
                        Map.entry("icegate.wal.profile", "low-latency"),
                        Map.entry("icegate.wal.files-per-second", "7.5"),
                        Map.entry("icegate.wal.copies-folder", "copies"),
                        Map.entry("icegate.wal.copies-size", "2GB"),
                        Map.entry("icegate.wal.dedup", "false"),
                        Map.entry("icegate.wal.dedup-window", "20m")),
                new IngestConfig()
                        .setMemoryBudget(DataSize.of(100, MEGABYTE))
                        .setTenantMemoryShare(0.25)
                        .setTenantBytesPerSecond(DataSize.of(10, MEGABYTE))
                        .setTenantRecordsPerSecond(1_000L)
                        .setAckDeadline(new Duration(2, SECONDS))
                        .setWindow(new Duration(20, MILLISECONDS))
                        .setSegmentBytes(DataSize.of(4, MEGABYTE))
                        .setSegmentRows(1_000)
                        .setMaxInFlightSegments(8)
                        .setProfile(WindowProfile.LOW_LATENCY)
                        .setFilesPerSecond(7.5)
                        .setCopiesFolder(Path.of("copies"))
                        .setCopiesSize(DataSize.of(2, GIGABYTE))
                        .setDedup(false)
                        .setDedupWindow(new Duration(20, MINUTES)));
    }
}
