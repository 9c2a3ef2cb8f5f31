package io.icegate.trino;

import com.google.common.collect.ImmutableSet;
import com.google.inject.Injector;
import com.google.inject.util.Modules;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.json.JsonModule;
import io.icegate.trino.config.Guard;
import io.icegate.trino.config.Guards;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.trino.plugin.base.ConnectorContextModule;
import io.trino.plugin.base.jmx.ConnectorObjectNameGeneratorModule;
import io.trino.plugin.base.jmx.MBeanServerModule;
import io.trino.plugin.iceberg.IcebergConnector;
import io.trino.plugin.iceberg.IcebergModule;
import io.trino.plugin.iceberg.IcebergSecurityModule;
import io.trino.spi.TrinoException;
import io.trino.spi.classloader.ThreadContextClassLoader;
import io.trino.spi.connector.Connector;
import io.trino.spi.connector.ConnectorContext;
import io.trino.spi.connector.ConnectorFactory;
import org.weakref.jmx.guice.MBeanModule;

import java.util.Map;
import java.util.Set;

import static io.icegate.trino.config.IceGateErrorCode.ICEGATE_WRONG_TRINO_VERSION;
import static java.util.Objects.requireNonNull;

/**
 * Builds Trino's Iceberg connector around our catalog, metadata and split manager.
 */
public final class IceGateConnectorFactory
        implements ConnectorFactory
{
    public static final String CONNECTOR_NAME = "icegate";
    static final String SPI_VERSION = "483";

    private final String name;
    private final Set<Guard> disabledGuards;
    private final SegmentCodec codec;

    public IceGateConnectorFactory()
    {
        this(CONNECTOR_NAME, ImmutableSet.of(), new ParquetSegmentCodec());
    }

    /**
     * For tests: a connector in which some guards are left out, or that describes segments wrongly, to prove that the
     * tests would notice.
     */
    IceGateConnectorFactory(String name, Set<Guard> disabledGuards, SegmentCodec codec)
    {
        this.name = requireNonNull(name, "name is null");
        this.disabledGuards = ImmutableSet.copyOf(disabledGuards);
        this.codec = requireNonNull(codec, "codec is null");
    }

    @Override
    public String getName()
    {
        return name;
    }

    @Override
    public Connector create(String catalogName, Map<String, String> config, ConnectorContext context)
    {
        requireNonNull(config, "config is null");
        checkSpiVersion(context.getSpiVersion());
        ClassLoader classLoader = IceGateConnectorFactory.class.getClassLoader();
        try (ThreadContextClassLoader _ = new ThreadContextClassLoader(classLoader)) {
            Bootstrap app = new Bootstrap(
                    "io.trino.bootstrap.catalog." + catalogName,
                    new MBeanModule(),
                    new ConnectorObjectNameGeneratorModule("io.trino.plugin.iceberg", "trino.plugin.iceberg"),
                    new JsonModule(),
                    Modules.override(new IcebergModule()).with(new IceGateOverridesModule()),
                    new IcebergSecurityModule(),
                    new IceGateModule(new Guards(disabledGuards), codec),
                    new MBeanServerModule(),
                    new IceGateFileSystemModule(catalogName, context),
                    new ConnectorContextModule(catalogName, context),
                    binder -> binder.bind(ClassLoader.class).toInstance(classLoader));
            Injector injector = app
                    .doNotInitializeLogging()
                    .disableSystemProperties()
                    .setRequiredConfigurationProperties(config)
                    .initialize();
            return injector.getInstance(IcebergConnector.class);
        }
    }

    static void checkSpiVersion(String version)
    {
        if (!version.equals(SPI_VERSION)) {
            throw new TrinoException(ICEGATE_WRONG_TRINO_VERSION, "Cannot load the icegate connector: it is built for Trino %s, this is Trino %s".formatted(SPI_VERSION, version));
        }
    }
}
