package io.icegate.server;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import static java.util.Objects.requireNonNull;

/**
 * Counts requests by operation and outcome.
 */
public final class MeteredObjectStore
        extends ObjectStoreDecorator
{
    private final Requests requests;

    /**
     * Where requests are counted.
     */
    @FunctionalInterface
    public interface Requests
    {
        void count(String operation, String outcome);
    }

    public MeteredObjectStore(ObjectStore store, Requests requests)
    {
        super(store);
        this.requests = requireNonNull(requests, "requests is null");
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        T answer;
        try {
            answer = request.send();
        }
        catch (IOException | RuntimeException e) {
            count(operation, "error");
            throw e;
        }
        count(operation, "ok");
        return answer;
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        PutOutcome outcome;
        try {
            outcome = request.send();
        }
        catch (RuntimeException e) {
            count(StoreOperation.PUT_IF_ABSENT, "error");
            throw e;
        }
        count(StoreOperation.PUT_IF_ABSENT, outcome.name().toLowerCase(Locale.ROOT));
        return outcome;
    }

    private void count(StoreOperation operation, String outcome)
    {
        requests.count(operation.name().toLowerCase(Locale.ROOT), outcome);
    }
}
