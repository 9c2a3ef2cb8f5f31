package io.icegate.io;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;

import static java.util.Objects.requireNonNull;

/**
 * Resolves a location: the store, and the key in it.
 */
record StoreLocation(ObjectStore store, ObjectKey key)
{
    StoreLocation
    {
        requireNonNull(store, "store is null");
        requireNonNull(key, "key is null");
    }
}
