package io.icegate.objectstore.fault;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.StoreOperation;

import java.util.Collection;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One request as a cost test states it.
 *
 * @param keys what it names: one key, the folder of a listing, all keys of a deletion
 */
public record StoreRequest(StoreOperation operation, List<ObjectKey> keys)
{
    public StoreRequest
    {
        requireNonNull(operation, "operation is null");
        keys = List.copyOf(keys);
    }

    public static StoreRequest get(ObjectKey key)
    {
        return new StoreRequest(StoreOperation.GET, List.of(key));
    }

    public static StoreRequest read(ObjectKey key)
    {
        return new StoreRequest(StoreOperation.READ, List.of(key));
    }

    public static StoreRequest putIfAbsent(ObjectKey key)
    {
        return new StoreRequest(StoreOperation.PUT_IF_ABSENT, List.of(key));
    }

    public static StoreRequest put(ObjectKey key)
    {
        return new StoreRequest(StoreOperation.PUT, List.of(key));
    }

    public static StoreRequest list(ObjectKey folder)
    {
        return new StoreRequest(StoreOperation.LIST, List.of(folder));
    }

    public static StoreRequest head(ObjectKey key)
    {
        return new StoreRequest(StoreOperation.HEAD, List.of(key));
    }

    public static StoreRequest delete(Collection<ObjectKey> keys)
    {
        return new StoreRequest(StoreOperation.DELETE, List.copyOf(keys));
    }

    @Override
    public String toString()
    {
        return operation + " " + keys;
    }
}
