package io.icegate.alerting.deliver;

import io.airlift.log.Logger;

import java.time.Duration;
import java.util.concurrent.Semaphore;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Takes one step after the other on a thread of its own, until it is stopped.
 */
final class Worker
        implements AutoCloseable
{
    private static final Logger log = Logger.get(Worker.class);
    // after a bug: neither the end of deliveries nor a hot loop
    private static final Duration PAUSE_AFTER_BUG = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String name;
    private final Step step;
    private final Semaphore signal = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopped;

    @FunctionalInterface
    interface Step
    {
        /**
         * @return how long to wait before the next step, unless woken
         */
        Duration take();
    }

    Worker(String name, Step step)
    {
        this.name = requireNonNull(name, "name is null");
        this.step = requireNonNull(step, "step is null");
        this.thread = Thread.ofVirtual().name("alert-" + name).start(this::run);
    }

    /**
     * Takes the next step soon. Never waits.
     */
    void wake()
    {
        signal.release();
    }

    private void run()
    {
        while (!stopped) {
            Duration pause;
            try {
                pause = step.take();
            }
            catch (RuntimeException e) {
                log.error(e, "Cannot deliver %s", name);
                pause = PAUSE_AFTER_BUG;
            }
            try {
                if (signal.tryAcquire(pause.toNanos(), NANOSECONDS)) {
                    signal.drainPermits();
                }
            }
            catch (InterruptedException _) {
                // only close interrupts
                return;
            }
        }
    }

    /**
     * Takes no further step. One that has begun is interrupted, and waited for no longer than a request may take.
     */
    @Override
    public void close()
    {
        stop();
        try {
            if (!thread.join(PATIENCE)) {
                log.warn("Delivery of %s does not end", name);
            }
        }
        catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * As {@link #close}, but does not wait.
     */
    void stop()
    {
        stopped = true;
        // both: a client may swallow the interrupt, and then the thread would go on to wait
        signal.release();
        thread.interrupt();
    }
}
