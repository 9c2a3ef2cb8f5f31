package io.icegate.objectstore;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How main code waits, so that tests need not.
 */
public interface Sleeper
{
    void sleep(Duration duration)
            throws InterruptedException;

    static Sleeper system()
    {
        return duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }
}
