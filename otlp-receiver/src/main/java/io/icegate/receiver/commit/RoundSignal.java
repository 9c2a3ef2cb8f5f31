package io.icegate.receiver.commit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When the commit loop looks at its tables: after a pause, at once when something happened, or never again.
 */
public final class RoundSignal
{
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean wanted;
    private boolean stopping;

    /**
     * Asks for a round now.
     */
    public void wake()
    {
        lock.lock();
        try {
            wanted = true;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
    }

    void stop()
    {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * False when there is no further round.
     */
    boolean await(Duration pause)
    {
        lock.lock();
        try {
            long leftNanos = pause.toNanos();
            while (!stopping && !wanted && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            wanted = false;
            return !stopping;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        finally {
            lock.unlock();
        }
    }
}
