package io.icegate.objectstore.gcs;

import io.icegate.objectstore.ObjectStore;
import io.icegate.warehouse.StoreOpener;

import java.util.Map;

/**
 * Opens {@code gs://bucket/prefix}.
 */
public final class GcsStoreOpener
        implements StoreOpener
{
    @Override
    public String scheme()
    {
        return "gs";
    }

    @Override
    public ObjectStore open(String authority, String prefix, Map<String, String> properties)
    {
        return GcsObjectStore.open(authority, prefix, properties);
    }
}
