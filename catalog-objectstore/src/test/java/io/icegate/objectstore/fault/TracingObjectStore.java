package io.icegate.objectstore.fault;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers every request, so that a test can state exactly what an operation costs.
 */
public final class TracingObjectStore
        extends ObjectStoreDecorator
{
    private final List<StoreRequest> requests = new ArrayList<>();

    public TracingObjectStore(ObjectStore store)
    {
        super(store);
    }

    /**
     * Every request so far, in the order of their starts.
     */
    public synchronized List<StoreRequest> requests()
    {
        return List.copyOf(requests);
    }

    /**
     * Every request since the last call.
     */
    public synchronized List<StoreRequest> takeRequests()
    {
        List<StoreRequest> taken = List.copyOf(requests);
        requests.clear();
        return taken;
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        add(new StoreRequest(operation, keys));
        return request.send();
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        add(StoreRequest.putIfAbsent(key));
        return request.send();
    }

    private synchronized void add(StoreRequest request)
    {
        requests.add(request);
    }
}
