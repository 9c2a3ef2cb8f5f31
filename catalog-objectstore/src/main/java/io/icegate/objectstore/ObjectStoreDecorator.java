package io.icegate.objectstore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A store around a store: every request passes one of two doors.
 */
public abstract class ObjectStoreDecorator
        implements ObjectStore
{
    private final ObjectStore store;

    protected ObjectStoreDecorator(ObjectStore store)
    {
        this.store = requireNonNull(store, "store is null");
    }

    /**
     * A request to the inner store.
     */
    protected interface Request<T>
    {
        T send()
                throws IOException;
    }

    /**
     * A conditional write to the inner store.
     */
    protected interface ConditionalWrite
    {
        PutOutcome send();
    }

    /**
     * The door of every request but the conditional write.
     *
     * @param keys what it names: the folder of a listing, all keys of a deletion
     */
    protected abstract <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException;

    /**
     * The door of the conditional write.
     */
    protected abstract PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request);

    @Override
    public final Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        return around(StoreOperation.GET, List.of(key), () -> store.get(key));
    }

    @Override
    public final StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        return around(StoreOperation.READ, List.of(key), () -> store.read(key, offset, length));
    }

    @Override
    public final Optional<ObjectTail> tail(ObjectKey key, int length)
            throws IOException
    {
        return around(StoreOperation.READ, List.of(key), () -> store.tail(key, length));
    }

    @Override
    public final PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        return aroundPutIfAbsent(key, content, () -> store.putIfAbsent(key, content));
    }

    @Override
    public final void put(ObjectKey key, byte[] content)
            throws IOException
    {
        around(StoreOperation.PUT, List.of(key), () -> {
            store.put(key, content);
            return true;
        });
    }

    @Override
    public final void put(ObjectKey key, Path content)
            throws IOException
    {
        around(StoreOperation.PUT, List.of(key), () -> {
            store.put(key, content);
            return true;
        });
    }

    @Override
    public final ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        return around(StoreOperation.LIST, List.of(folder), () -> store.list(folder, startAfter, countMax));
    }

    @Override
    public final boolean listsWholeFolders()
    {
        return store.listsWholeFolders();
    }

    @Override
    public final Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        return around(StoreOperation.HEAD, List.of(key), () -> store.head(key));
    }

    @Override
    public final void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        around(StoreOperation.DELETE, List.copyOf(keys), () -> {
            store.delete(keys);
            return true;
        });
    }

    @Override
    public final void verifyKind()
            throws IOException
    {
        store.verifyKind();
    }

    @Override
    public void close()
            throws IOException
    {
        store.close();
    }

    @Override
    public String toString()
    {
        return getClass().getSimpleName() + "(" + store + ")";
    }
}
