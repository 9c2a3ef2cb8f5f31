package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.trino.plugin.iceberg.aggregation.IcebergThetaSketchForStats;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;

import java.util.Set;

/**
 * Entry of the plugin: connector {@code icegate}, which reads a table's last snapshot together with its live WAL.
 */
public final class IceGatePlugin
        implements Plugin
{
    /**
     * Set to {@code true} where Trino's own {@code iceberg} plugin is installed too: a server refuses two plugins that
     * bring the same function, and the two copies are the same.
     */
    public static final String STOCK_FUNCTIONS = "icegate.stock-iceberg-functions";

    @Override
    public Iterable<ConnectorFactory> getConnectorFactories()
    {
        return ImmutableList.of(new IceGateConnectorFactory());
    }

    @Override
    public Set<Class<?>> getFunctions()
    {
        return Boolean.getBoolean(STOCK_FUNCTIONS) ? ImmutableSet.of() : ImmutableSet.of(IcebergThetaSketchForStats.class);
    }
}
