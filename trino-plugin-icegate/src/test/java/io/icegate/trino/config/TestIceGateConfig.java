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
                .put("icegate.row-level-changes", "FAIL")
                .put("icegate.wal.max-live-segments", "7")
                .put("icegate.wal.footer-cache-size", "8")
                .put("icegate.wal.skip-corrupt-segments", "true")
                .buildOrThrow();
        assertFullMapping(properties, new IceGateConfig()
                .setWarehouse("s3://lake/warehouse")
                .setRowLevelChanges(RowLevelChanges.FAIL)
                .setMaxLiveSegments(7)
                .setFooterCacheSize(8)
                .setSkipCorruptSegments(true));
    }
}
