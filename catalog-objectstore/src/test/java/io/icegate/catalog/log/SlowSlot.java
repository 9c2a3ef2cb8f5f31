package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes to one key do not arrive until they may.
 */
final class SlowSlot
        extends ObjectStoreDecorator
{
    private final ObjectKey slot;
    private final CountDownLatch sent;
    private final CountDownLatch arrives;

    SlowSlot(ObjectStore store, ObjectKey slot, CountDownLatch sent, CountDownLatch arrives)
    {
        super(store);
        this.slot = slot;
        this.sent = sent;
        this.arrives = arrives;
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
        if (key.equals(slot)) {
            sent.countDown();
            try {
                assertThat(arrives.await(60, TimeUnit.SECONDS)).isTrue();
            }
            catch (InterruptedException e) {
                return PutOutcome.UNKNOWN;
            }
        }
        return request.send();
    }
}
