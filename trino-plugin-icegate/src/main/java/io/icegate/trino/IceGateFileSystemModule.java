package io.icegate.trino;

import com.google.inject.Binder;
import io.airlift.configuration.AbstractConfigurationAwareModule;
import io.trino.filesystem.manager.FileSystemModule;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.spi.connector.ConnectorContext;

import static java.util.Objects.requireNonNull;

/**
 * Trino's own file systems; the counterpart in trino-iceberg is private.
 */
final class IceGateFileSystemModule
        extends AbstractConfigurationAwareModule
{
    private final String catalogName;
    private final ConnectorContext context;

    IceGateFileSystemModule(String catalogName, ConnectorContext context)
    {
        this.catalogName = requireNonNull(catalogName, "catalogName is null");
        this.context = requireNonNull(context, "context is null");
    }

    @Override
    protected void setup(Binder binder)
    {
        boolean metadataCacheEnabled = buildConfigObject(IcebergConfig.class).isMetadataCacheEnabled();
        install(new FileSystemModule(catalogName, context, metadataCacheEnabled));
    }
}
