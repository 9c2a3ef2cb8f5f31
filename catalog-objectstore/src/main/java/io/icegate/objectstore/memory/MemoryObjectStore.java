package io.icegate.objectstore.memory;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectTail;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;

import java.io.FileNotFoundException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;

import static java.util.Objects.requireNonNull;

/**
 * Objects in the heap of this process, for tests and trials. Never answers {@link PutOutcome#UNKNOWN}.
 */
public final class MemoryObjectStore
        implements ObjectStore
{
    /**
     * The one piece of state that outlives its users: a store by name, so that two catalogs of one process share it.
     */
    private static final ConcurrentMap<String, MemoryObjectStore> BY_NAME = new ConcurrentHashMap<>();

    private final InstantSource clock;
    private final ConcurrentSkipListMap<ObjectKey, StoredObject> objects = new ConcurrentSkipListMap<>();

    public MemoryObjectStore(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * The store of that name in this process; created by the first call, with the system's clock.
     */
    public static MemoryObjectStore named(String name)
    {
        return BY_NAME.computeIfAbsent(name, _ignored -> new MemoryObjectStore(InstantSource.system()));
    }

    /**
     * Drops a named store; who still holds it keeps its objects.
     */
    public static void forget(String name)
    {
        BY_NAME.remove(name);
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
    {
        return Optional.ofNullable(objects.get(key)).map(object -> copy(object, 0, object.content().length));
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws FileNotFoundException
    {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("Cannot read object %s: range of %s bytes at %s".formatted(key, length, offset));
        }
        StoredObject object = objects.get(key);
        if (object == null) {
            throw new FileNotFoundException("Cannot read object %s: it does not exist".formatted(key));
        }
        int size = object.content().length;
        int from = (int) Math.min(offset, size);
        return copy(object, from, (int) Math.min((long) from + length, size));
    }

    @Override
    public Optional<ObjectTail> tail(ObjectKey key, int length)
    {
        return Optional.ofNullable(objects.get(key)).map(object -> {
            int size = object.content().length;
            return new ObjectTail(head(object), copy(object, Math.max(0, size - length), size).content());
        });
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        return objects.putIfAbsent(key, stored(key, content)) == null ? PutOutcome.WRITTEN : PutOutcome.PRECONDITION_FAILED;
    }

    @Override
    public void put(ObjectKey key, byte[] content)
    {
        objects.put(key, stored(key, content));
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
    {
        if (countMax < 1 || countMax > LIST_COUNT_MAX) {
            throw new IllegalArgumentException("Cannot list %s: count %s is not within 1 to %s".formatted(folder, countMax, LIST_COUNT_MAX));
        }
        ObjectKey from = startAfter.filter(after -> after.compareTo(folder) > 0).orElse(folder);
        String prefix = folder.value() + "/";
        List<ObjectHead> page = new ArrayList<>();
        for (StoredObject object : objects.tailMap(from, false).values()) {
            ObjectKey key = object.key();
            if (!key.isBelow(folder)) {
                if (ObjectKey.compareValues(key.value(), prefix) > 0) {
                    break;
                }
                continue;
            }
            if (page.size() == countMax) {
                return new ListPage(page, true, Optional.of(clock.instant()));
            }
            page.add(head(object));
        }
        return new ListPage(page, false, Optional.of(clock.instant()));
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
    {
        return Optional.ofNullable(objects.get(key)).map(MemoryObjectStore::head);
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
    {
        keys.forEach(objects::remove);
    }

    @Override
    public void close() {}

    private StoredObject stored(ObjectKey key, byte[] content)
    {
        // whole milliseconds, as every other store has them
        return new StoredObject(key, content.clone(), Instant.ofEpochMilli(clock.millis()));
    }

    private static StoredObject copy(StoredObject object, int from, int to)
    {
        return new StoredObject(object.key(), Arrays.copyOfRange(object.content(), from, to), object.lastModified());
    }

    private static ObjectHead head(StoredObject object)
    {
        return new ObjectHead(object.key(), object.content().length, object.lastModified());
    }
}
