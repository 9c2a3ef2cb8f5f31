package io.icegate.trino.config;

import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;

final class TestIceGateConfig
{
    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(IceGateConfig.class)
                .setWarehouse(null)
                .setAtVersion(null)
                .setAtTimestamp(null)
                .setRowLevelChanges(RowLevelChanges.DRAIN)
                .setMaxLiveSegments(50_000)
                .setFooterCacheSize(100_000)
                .setSkipCorruptSegments(false));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        Map<String, String> properties = ImmutableMap.<String, String>builder()
                .put("icegate.warehouse", "s3://lake/warehouse")
                .put("icegate.catalog.at-version", "6")
                .put("icegate.catalog.at-timestamp", "2026-01-31T12:00:00Z")
                .put("icegate.row-level-changes", "FAIL")
                .put("icegate.wal.max-live-segments", "7")
                .put("icegate.wal.footer-cache-size", "8")
                .put("icegate.wal.skip-corrupt-segments", "true")
                .buildOrThrow();
        assertFullMapping(properties, new IceGateConfig()
                .setWarehouse("s3://lake/warehouse")
                .setAtVersion(6L)
                .setAtTimestamp("2026-01-31T12:00:00Z")
                .setRowLevelChanges(RowLevelChanges.FAIL)
                .setMaxLiveSegments(7)
                .setFooterCacheSize(8)
                .setSkipCorruptSegments(true));
    }
}
