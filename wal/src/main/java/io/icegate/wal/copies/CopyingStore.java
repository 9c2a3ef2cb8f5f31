package io.icegate.wal.copies;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.wal.SegmentKey;

import java.io.IOException;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Copies what it has stored for certain. A segment whose outcome was unknown at first has no copy.
 */
final class CopyingStore
        extends ObjectStoreDecorator
{
    private final SegmentCopies copies;

    CopyingStore(ObjectStore store, SegmentCopies copies)
    {
        super(store);
        this.copies = requireNonNull(copies, "copies is null");
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        return request.send();
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        PutOutcome outcome = request.send();
        if (outcome == PutOutcome.WRITTEN) {
            SegmentKey.parse(key).ifPresent(segment -> copies.keep(segment, content));
        }
        return outcome;
    }
}
