package io.icegate.wal;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A store whose conditional writes a test decides, that can forget keys in listings, and that notes what it was asked.
 */
public final class HookedObjectStore
        implements ObjectStore
{
    private final ObjectStore delegate;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<ObjectKey> unlisted = ConcurrentHashMap.newKeySet();
    private volatile PutHook onPut = (key, put) -> put.get();
    private volatile boolean listsWholeFolders;

    /**
     * Stands around one conditional write.
     */
    public interface PutHook
    {
        PutOutcome put(ObjectKey key, Supplier<PutOutcome> put);
    }

    public HookedObjectStore(ObjectStore delegate)
    {
        this.delegate = delegate;
    }

    public void onPut(PutHook hook)
    {
        onPut = hook;
    }

    public PutHook hook()
    {
        return onPut;
    }

    /**
     * From now on listings cost what their folder holds, as in a file system.
     */
    public void makeListingsExpensive()
    {
        listsWholeFolders = true;
    }

    public void hideFromListings(ObjectKey key)
    {
        unlisted.add(key);
    }

    /**
     * Requests since the last call.
     */
    public List<String> takeRequests()
    {
        List<String> taken = List.copyOf(requests);
        requests.clear();
        return taken;
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        requests.add("GET " + key);
        return delegate.get(key);
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        requests.add("READ " + key);
        return delegate.read(key, offset, length);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        requests.add("PUT " + key);
        return onPut.put(key, () -> delegate.putIfAbsent(key, content));
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        requests.add("OVERWRITE " + key);
        delegate.put(key, content);
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        requests.add("LIST " + folder);
        ListPage page = delegate.list(folder, startAfter, countMax);
        return new ListPage(page.objects().stream().filter(object -> !unlisted.contains(object.key())).toList(), page.truncated(), page.storeTime());
    }

    @Override
    public boolean listsWholeFolders()
    {
        return listsWholeFolders;
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        requests.add("HEAD " + key);
        return delegate.head(key);
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        delegate.delete(keys);
    }

    @Override
    public void close() {}
}
