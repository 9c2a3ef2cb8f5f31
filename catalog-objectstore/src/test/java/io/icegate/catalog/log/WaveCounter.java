package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.StoreOperation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Counts requests, and the waves that they come in: a request that begins while others are under way is of their wave. Each
 * takes so long that those of a wave overlap.
 */
final class WaveCounter
        extends ObjectStoreDecorator
{
    private static final Duration TRIP = Duration.ofMillis(500);

    private final List<String> firsts = new ArrayList<>(); // of each wave
    private int requests;
    private int underway;

    WaveCounter(ObjectStore store)
    {
        super(store);
    }

    synchronized int requests()
    {
        return requests;
    }

    synchronized int waves()
    {
        return firsts.size();
    }

    private synchronized void begin(String request)
    {
        requests++;
        if (underway == 0) {
            firsts.add(request);
        }
        underway++;
    }

    private synchronized void end()
    {
        underway--;
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        begin(operation + " " + keys);
        try {
            TimeUnit.MILLISECONDS.sleep(TRIP.toMillis());
            return request.send();
        }
        catch (InterruptedException e) {
            throw new IOException(e);
        }
        finally {
            end();
        }
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        return request.send();
    }

    @Override
    public synchronized String toString()
    {
        return requests + " requests in waves that begin with " + firsts;
    }
}
