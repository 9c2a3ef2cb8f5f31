package io.icegate.wal;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Random;

/**
 * Loses requests and answers by a seeded coin, and vetoes what no store of a WAL may ever see: an overwritten or deleted
 * segment.
 */
public final class FlakyObjectStore
        implements ObjectStore
{
    private final ObjectStore delegate;
    private final Random random;
    private final int percent;

    public FlakyObjectStore(ObjectStore delegate, long seed, int percent)
    {
        this.delegate = delegate;
        this.random = new Random(seed);
        this.percent = percent;
    }

    private synchronized boolean fails()
    {
        return random.nextInt(100) < percent;
    }

    private void read()
            throws IOException
    {
        if (fails()) {
            throw new IOException("injected");
        }
    }

    @Override
    public Optional<StoredObject> get(ObjectKey key)
            throws IOException
    {
        read();
        return delegate.get(key);
    }

    @Override
    public StoredObject read(ObjectKey key, long offset, int length)
            throws IOException
    {
        read();
        return delegate.read(key, offset, length);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, byte[] content)
    {
        if (fails()) {
            return PutOutcome.UNKNOWN;
        }
        PutOutcome outcome = delegate.putIfAbsent(key, content);
        return fails() ? PutOutcome.UNKNOWN : outcome;
    }

    @Override
    public void put(ObjectKey key, byte[] content)
            throws IOException
    {
        if (SegmentKey.parse(key).isPresent()) {
            throw new AssertionError("Segment is overwritten: " + key);
        }
        read();
        delegate.put(key, content);
    }

    @Override
    public ListPage list(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax)
            throws IOException
    {
        read();
        return delegate.list(folder, startAfter, countMax);
    }

    @Override
    public Optional<ObjectHead> head(ObjectKey key)
            throws IOException
    {
        read();
        return delegate.head(key);
    }

    @Override
    public void delete(Collection<ObjectKey> keys)
            throws IOException
    {
        if (keys.stream().anyMatch(key -> SegmentKey.parse(key).isPresent())) {
            throw new AssertionError("Segments are deleted: " + keys);
        }
        read();
        delegate.delete(keys);
    }

    @Override
    public void close() {}
}
