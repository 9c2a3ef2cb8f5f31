package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.trino.plugin.iceberg.IcebergConnectorFactory;
import io.trino.spi.Plugin;
import io.trino.spi.connector.ConnectorFactory;

public class IceGatePlugin
        implements Plugin
{
    @Override
    public Iterable<ConnectorFactory> getConnectorFactories()
    {
        return ImmutableList.of(new IcebergConnectorFactory());
    }
}
