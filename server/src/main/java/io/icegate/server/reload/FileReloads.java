package io.icegate.server.reload;

import jakarta.annotation.PreDestroy;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Looks at files again and again, on one thread, until it is closed. A change is in force after two to three intervals.
 */
public final class FileReloads
        implements AutoCloseable
{
    /**
     * Time between two looks.
     */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("file-reloads").factory());

    /**
     * @return the same files
     */
    public <T> ReloadedFiles<T> watch(ReloadedFiles<T> files)
    {
        executor.scheduleWithFixedDelay(files::look, INTERVAL.toMillis(), INTERVAL.toMillis(), MILLISECONDS);
        return files;
    }

    @PreDestroy
    @Override
    public void close()
    {
        executor.shutdownNow();
    }
}
