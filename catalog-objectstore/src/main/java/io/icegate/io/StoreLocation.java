package io.icegate.io;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;

import static java.util.Objects.requireNonNull;

/**
 * Where a location points to.
 */
record StoreLocation(ObjectStore store, ObjectKey key)
{
    StoreLocation
    {
        requireNonNull(store, "store is null");
        requireNonNull(key, "key is null");
    }
}
