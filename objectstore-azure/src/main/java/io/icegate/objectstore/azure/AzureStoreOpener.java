package io.icegate.objectstore.azure;

import io.icegate.objectstore.ObjectStore;
import io.icegate.warehouse.StoreOpener;

import java.util.Map;

/**
 * Opens {@code abfss://container@account.dfs.core.windows.net/prefix}.
 */
public final class AzureStoreOpener
        implements StoreOpener
{
    @Override
    public String scheme()
    {
        return "abfss";
    }

    @Override
    public ObjectStore open(String authority, String prefix, Map<String, String> properties)
    {
        return AzureObjectStore.open(authority, prefix, properties);
    }
}
