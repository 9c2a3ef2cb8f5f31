package io.icegate.receiver.ingest;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Decides when a segment is closed, see docs/adr/0012-the-window.md. Answers two questions apart from each other:
 * <ol>
 * <li>How long is it worth waiting for more requests? Half of the median upload time of the last minute, because clients feel
 * a longer wait. Not at all when every open request is in the segment already.
 * <li>May a file be written already? Where files cost money there is a {@link FileBudget}. While it lasts, the first answer
 * stands. After that a segment waits until the budget holds a file, at most the time between two files at the allowed rate.
 * </ol>
 */
public final class WindowPolicy
{
    public static final Duration WINDOW_MIN = Duration.ofMillis(5);

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SAMPLES_MAX = 1_024;
    private static final double NANOS_PER_SECOND = 1e9;

    private final long windowNanosMax;
    private final @Nullable FileBudget budget;
    private final LongSupplier nanoTime;
    private final ArrayDeque<Sample> uploads = new ArrayDeque<>();
    private long medianUploadNanos;

    /**
     * @param filesPerSecond that a steady load may cost
     * @param files that may be written at once
     */
    public record FilesLeft(double filesPerSecond, double files) {}

    /**
     * @param windowMax longest wait for more requests while there is budget
     * @param filesPerSecond absent when files cost nothing
     */
    public WindowPolicy(Duration windowMax, OptionalDouble filesPerSecond, LongSupplier nanoTime)
    {
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.budget = filesPerSecond.isPresent() ? new FileBudget(filesPerSecond.getAsDouble(), nanoTime.getAsLong()) : null;
        this.windowNanosMax = budget == null ? windowMax.toNanos() : Math.min(windowMax.toNanos(), budget.nanosPerFile());
    }

    /**
     * When a segment is to be closed, if no more requests come.
     *
     * @param openedNanos when its first request came
     * @param complete true when every open request is in it
     */
    public synchronized long closeNanos(long openedNanos, boolean complete)
    {
        long enough = complete ? openedNanos : openedNanos + windowNanos();
        if (budget == null) {
            return enough;
        }
        long now = nanoTime.getAsLong();
        long untilFile = budget.nanosUntilFile(now);
        return untilFile > 0 && now + untilFile - enough > 0 ? now + untilFile : enough;
    }

    /**
     * A segment was closed.
     */
    public synchronized void closed()
    {
        if (budget != null) {
            budget.take(nanoTime.getAsLong());
        }
    }

    public synchronized void uploaded(Duration duration)
    {
        if (uploads.size() == SAMPLES_MAX) {
            uploads.remove();
        }
        uploads.add(new Sample(nanoTime.getAsLong(), duration.toNanos()));
        expire();
        long[] sorted = uploads.stream().mapToLong(Sample::nanos).sorted().toArray();
        medianUploadNanos = sorted[sorted.length / 2];
    }

    /**
     * What may be written now; empty when files cost nothing.
     */
    public synchronized Optional<FilesLeft> filesLeft()
    {
        if (budget == null) {
            return Optional.empty();
        }
        return Optional.of(new FilesLeft(NANOS_PER_SECOND / budget.nanosPerFile(), budget.files(nanoTime.getAsLong())));
    }

    private long windowNanos()
    {
        if (expire()) {
            medianUploadNanos = 0;
        }
        return Math.clamp(medianUploadNanos / 2, Math.min(WINDOW_MIN.toNanos(), windowNanosMax), windowNanosMax);
    }

    /**
     * True when nothing of the last minute is left.
     */
    private boolean expire()
    {
        long now = nanoTime.getAsLong();
        while (!uploads.isEmpty() && now - uploads.peek().at() > MINUTE_NANOS) {
            uploads.remove();
        }
        return uploads.isEmpty();
    }

    private record Sample(long at, long nanos) {}
}
