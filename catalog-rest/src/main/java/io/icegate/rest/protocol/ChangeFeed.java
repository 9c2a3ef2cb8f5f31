package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogCommit;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Tells what was committed after a version, and lets requests wait for it. However many wait, the store is asked once per {@link
 * #LOOK_INTERVAL}.
 */
public final class ChangeFeed
{
    /**
     * How late a commit is told to those who wait, at most.
     */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    /**
     * Less than load balancers and clients wait for an answer, and than a server takes to stop.
     */
    static final Duration WAIT_MAX = Duration.ofSeconds(20);
    /**
     * Requests that wait are among those that are answered at the same time, and must leave room for others.
     */
    static final int WAITING_MAX = 64;

    private final ObjectStoreCatalog catalog;
    private final LongSupplier nanoTime;
    private final Pause pause;
    private final Semaphore waiting = new Semaphore(WAITING_MAX);
    private long newest;
    private long lookedNanos;
    private boolean looked;
    private @Nullable Portion last;

    /**
     * What one who waited was told.
     *
     * @param lookedNanos of the look that found it
     */
    private record Portion(long since, long lookedNanos, List<CatalogCommit> commits) {}

    /**
     * Waits in place of the thread.
     */
    @FunctionalInterface
    public interface Pause
    {
        void pause(Duration time)
                throws InterruptedException;
    }

    public ChangeFeed(ObjectStoreCatalog catalog, LongSupplier nanoTime, Pause pause)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.pause = requireNonNull(pause, "pause is null");
    }

    /**
     * The version from which on changes are told to somebody who knows nothing yet.
     */
    long version()
    {
        return catalog.state().version();
    }

    /**
     * What was committed after a version, the oldest first, one portion at most. Sees all that was acknowledged before the call.
     *
     * @param wait how long to wait for a commit when there is none
     * @return empty when nothing was committed
     * @throws RefusedException 410 when the next record was collected; 429 when too many wait
     * @throws IllegalArgumentException when the version does not exist yet
     */
    List<CatalogCommit> after(long version, Duration wait)
    {
        List<CatalogCommit> commits = changes(version);
        if (!commits.isEmpty() || !wait.isPositive()) {
            return commits;
        }
        if (!waiting.tryAcquire()) {
            throw new RefusedException(new RestError(RestError.TOO_MANY_REQUESTS, "TooManyRequestsException", "Cannot wait for changes: %s requests do already".formatted(WAITING_MAX)));
        }
        try {
            return isNewer(version, wait) ? shared(version) : List.of();
        }
        catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        }
        finally {
            waiting.release();
        }
    }

    private List<CatalogCommit> changes(long version)
    {
        try {
            return catalog.changes(version);
        }
        catch (NotFoundException e) {
            throw new RefusedException(new RestError(410, "GoneException", e.getMessage() + ". Begin anew: ask without since, then list what is there"));
        }
    }

    /**
     * Those who waited for the same read it once.
     */
    private synchronized List<CatalogCommit> shared(long version)
    {
        Portion known = last;
        if (known == null || known.since() != version || known.lookedNanos() != lookedNanos) {
            known = new Portion(version, lookedNanos, changes(version));
            last = known;
        }
        return known.commits();
    }

    private boolean isNewer(long version, Duration wait)
            throws InterruptedException
    {
        long end = nanoTime.getAsLong() + wait.toNanos();
        while (true) {
            long left = end - nanoTime.getAsLong();
            if (left <= 0) {
                return false;
            }
            pause.pause(Duration.ofNanos(Math.min(left, LOOK_INTERVAL.toNanos())));
            if (look() > version) {
                return true;
            }
        }
    }

    /**
     * Whoever comes within the interval gets what the one before saw.
     */
    private synchronized long look()
    {
        long now = nanoTime.getAsLong();
        if (!looked || now - lookedNanos >= LOOK_INTERVAL.toNanos()) {
            newest = version();
            lookedNanos = now;
            looked = true;
        }
        return newest;
    }
}
