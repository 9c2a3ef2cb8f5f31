package io.icegate.maintenance.year;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs everything at once in the thread that asks. Iceberg's own pool would make each plan wait for 10 ms.
 */
final class CallersThread
        extends AbstractExecutorService
{
    @Override
    public void execute(Runnable task)
    {
        task.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow()
    {
        return List.of();
    }

    @Override
    public boolean isShutdown()
    {
        return false;
    }

    @Override
    public boolean isTerminated()
    {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit)
    {
        return true;
    }
}
