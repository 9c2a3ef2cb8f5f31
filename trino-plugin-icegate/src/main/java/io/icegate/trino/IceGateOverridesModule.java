package io.icegate.trino;

import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.Scopes;
import io.icegate.trino.metadata.IceGateMetadataFactory;
import io.icegate.trino.metadata.IceGateSplitManager;
import io.icegate.trino.split.SmallFilesPageSources;
import io.icegate.trino.write.IceGateFileWriterFactory;
import io.trino.plugin.base.classloader.ForClassLoaderSafe;
import io.trino.plugin.iceberg.IcebergFileWriterFactory;
import io.trino.plugin.iceberg.IcebergMetadataFactory;
import io.trino.plugin.iceberg.IcebergSplitManager;
import io.trino.spi.connector.ConnectorPageSourceProviderFactory;
import io.trino.spi.connector.ConnectorSplitManager;

/**
 * What takes the place of bindings of Trino's Iceberg module.
 */
final class IceGateOverridesModule
        implements Module
{
    @Override
    public void configure(Binder binder)
    {
        binder.bind(IcebergMetadataFactory.class).to(IceGateMetadataFactory.class).in(Scopes.SINGLETON);
        binder.bind(IcebergFileWriterFactory.class).to(IceGateFileWriterFactory.class).in(Scopes.SINGLETON);
        binder.bind(IcebergSplitManager.class).in(Scopes.SINGLETON);
        binder.bind(ConnectorPageSourceProviderFactory.class).annotatedWith(ForClassLoaderSafe.class).to(SmallFilesPageSources.class).in(Scopes.SINGLETON);
        binder.bind(ConnectorSplitManager.class).annotatedWith(ForClassLoaderSafe.class).to(IceGateSplitManager.class).in(Scopes.SINGLETON);
    }
}
