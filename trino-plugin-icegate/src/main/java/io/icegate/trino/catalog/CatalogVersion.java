package io.icegate.trino.catalog;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogState;
import io.icegate.trino.config.Guards;
import org.jspecify.annotations.Nullable;

import static io.icegate.trino.config.Guard.ONE_CATALOG_VERSION;
import static java.util.Objects.requireNonNull;

/**
 * The version of the catalog that a transaction reads: that of its first look, until it changes the catalog itself.
 */
final class CatalogVersion
{
    private final ObjectStoreCatalog catalog;
    private final boolean pinned;
    private @Nullable CatalogState state;

    CatalogVersion(ObjectStoreCatalog catalog, Guards guards)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        pinned = guards.on(ONE_CATALOG_VERSION);
    }

    synchronized CatalogState state()
    {
        if (state == null || !pinned) {
            state = catalog.state();
        }
        return state;
    }

    synchronized void forget()
    {
        state = null;
    }
}
