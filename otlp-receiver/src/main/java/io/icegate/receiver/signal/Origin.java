package io.icegate.receiver.signal;

import java.util.concurrent.Executor;

import static java.util.Objects.requireNonNull;

/**
 * For whom a thread works. Work on this receiver's own telemetry produces no telemetry, see docs/adr/0018-own-telemetry.md, so whoever
 * records something asks first. A thread keeps its origin while it works, and {@link #keeping} hands it on to tasks.
 */
public enum Origin
{
    CLIENT,
    /**
     * This receiver, with its own telemetry.
     */
    SELF;

    private static final ScopedValue<Origin> CURRENT = ScopedValue.newInstance();

    /**
     * For whom this thread works.
     */
    public static Origin current()
    {
        return CURRENT.orElse(CLIENT);
    }

    public void run(Runnable work)
    {
        ScopedValue.where(CURRENT, this).run(work);
    }

    /**
     * An executor whose tasks work for whom they were started by.
     */
    public static Executor keeping(Executor executor)
    {
        requireNonNull(executor, "executor is null");
        return task -> {
            Origin origin = current();
            executor.execute(origin == CLIENT ? task : () -> origin.run(task));
        };
    }
}
