package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Shows a format whose fence is never reached.
 */
final class WithoutFence
        extends ObjectStoreDecorator
{
    private static final byte[] FORMAT = new CatalogFormat(new UUID(1, 1), Duration.ofDays(1000), Duration.ofDays(4000), CatalogFormat.IDEMPOTENCY_WINDOW).toJson();

    WithoutFence(ObjectStore store)
    {
        super(store);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        if (operation == StoreOperation.GET && keys.contains(CatalogLayout.FORMAT)) {
            return (T) Optional.of(new StoredObject(CatalogLayout.FORMAT, FORMAT, Instant.EPOCH));
        }
        return request.send();
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        return request.send();
    }
}
