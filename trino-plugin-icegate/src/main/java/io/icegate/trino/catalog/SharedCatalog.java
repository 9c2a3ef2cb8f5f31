package io.icegate.trino.catalog;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableMap;
import com.google.inject.Inject;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.objectstore.Warehouse;
import io.icegate.trino.config.IceGateConfig;
import io.trino.filesystem.TrinoFileSystemFactory;
import io.trino.plugin.iceberg.fileio.ForwardingFileIoFactory;
import io.trino.spi.catalog.CatalogName;
import io.trino.spi.security.ConnectorIdentity;
import jakarta.annotation.PreDestroy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * The one catalog of a connector, opened at first use, so that a server starts while its store is away.
 */
public final class SharedCatalog
        implements Supplier<ObjectStoreCatalog>
{
    /**
     * As whom the catalog log is read and written; tables are read and written as the user of the query.
     */
    static final ConnectorIdentity IDENTITY = ConnectorIdentity.ofUser("icegate");

    private final AtomicBoolean opened = new AtomicBoolean();
    private final Supplier<ObjectStoreCatalog> catalog;

    @Inject
    public SharedCatalog(CatalogName name, IceGateConfig config, Warehouse warehouse, TrinoFileSystemFactory fileSystemFactory, ForwardingFileIoFactory fileIoFactory)
    {
        requireNonNull(name, "name is null");
        requireNonNull(warehouse, "warehouse is null");
        Map<String, String> properties = ImmutableMap.<String, String>builder()
                .putAll(config.catalogPin())
                .put(ProgramName.PROGRAM, "trino")
                .buildOrThrow();
        catalog = Suppliers.memoize(() -> {
            ObjectStoreCatalog open = ObjectStoreCatalog.open(name.toString(), warehouse, fileIoFactory.create(fileSystemFactory.create(IDENTITY)), properties);
            opened.set(true);
            return open;
        });
    }

    @Override
    public ObjectStoreCatalog get()
    {
        return catalog.get();
    }

    @PreDestroy
    public void close()
            throws IOException
    {
        if (opened.get()) {
            catalog.get().close();
        }
    }
}
