package io.icegate.receiver;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Counts requests by operation and outcome.
 */
final class MeteredObjectStore
        implements ObjectStore
{
    private final ObjectStore store;
    private final Requests requests;

    /**
     * Where requests are counted.
     */
    @FunctionalInterface
    interface Requests
    {
        void count(String operation, String outcome);
    }

    private interface Call<T>
    {
        T run()
                throws IOException;
    }

    MeteredObjectStore(ObjectStore store, Requests requests)
    {
        this.store = requireNonNull(store, "store is null");
        this.requests = requireNonNull(requests, "requests is null");
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        return counted("get", () -> store.get(key));
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        return counted("read", () -> store.read(key, offset, length));
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        PutOutcome outcome;
        try {
            outcome = store.putIfAbsent(key, content);
        }
        catch (RuntimeException e) {
            requests.count("put_if_absent", "error");
            throw e;
        }
        requests.count("put_if_absent", outcome.name().toLowerCase(Locale.ROOT));
        return outcome;
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        counted("put", () -> {
            store.put(key, content);
            return key;
        });
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        return counted("list", () -> store.list(folder, startAfter, countMax));
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        return counted("head", () -> store.head(key));
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        counted("delete", () -> {
            store.delete(keys);
            return keys;
        });
    }

    @Override
    public void close()
            throws IOException
    {
        store.close();
    }

    private <T> T counted(String operation, Call<T> call)
            throws IOException
    {
        T result;
        try {
            result = call.run();
        }
        catch (IOException | RuntimeException e) {
            requests.count(operation, "error");
            throw e;
        }
        requests.count(operation, "ok");
        return result;
    }
}
