package io.icegate.receiver.ingest;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * How long a segment stays open for more requests: half of the median upload time of the last minute, since waiting longer
 * than the upload takes is wasted. Above the file budget, while segments stay small, the window doubles step by step.
 */
public final class WindowPolicy
{
    public static final Duration WINDOW_MIN = Duration.ofMillis(5);
    /**
     * Longest window when there are too many files.
     */
    public static final Duration STRETCHED_WINDOW_MAX = Duration.ofSeconds(1);
    /**
     * Encoded bytes from which on a segment is no small file.
     */
    public static final long SMALL_SEGMENT_BYTES = 1024 * 1024;

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SAMPLES_MAX = 1_024;

    private final long windowNanosMax;
    private final long filesPerMinute;
    private final LongSupplier nanoTime;
    private final ArrayDeque<Sample> uploads = new ArrayDeque<>();
    private final ArrayDeque<Long> files = new ArrayDeque<>();
    private int doublings;

    public WindowPolicy(Duration windowMax, double filesPerSecond, LongSupplier nanoTime)
    {
        this.windowNanosMax = windowMax.toNanos();
        this.filesPerMinute = Math.max(1, Math.round(filesPerSecond * 60));
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    public synchronized Duration window()
    {
        expire();
        long base = Math.clamp(medianUploadNanos() / 2, Math.min(WINDOW_MIN.toNanos(), windowNanosMax), windowNanosMax);
        long stretched = doublings == 0 ? base : Math.max(base, Math.min(base << doublings, STRETCHED_WINDOW_MAX.toNanos()));
        return Duration.ofNanos(stretched);
    }

    /**
     * A segment was closed and encoded.
     */
    public synchronized void encoded(long segmentBytes)
    {
        expire();
        files.add(nanoTime.getAsLong());
        if (files.size() > filesPerMinute && segmentBytes < SMALL_SEGMENT_BYTES) {
            if (window().compareTo(STRETCHED_WINDOW_MAX) < 0) {
                doublings++;
            }
        }
        else if (doublings > 0) {
            doublings--;
        }
    }

    public synchronized void uploaded(Duration duration)
    {
        if (uploads.size() == SAMPLES_MAX) {
            uploads.remove();
        }
        uploads.add(new Sample(nanoTime.getAsLong(), duration.toNanos()));
    }

    private long medianUploadNanos()
    {
        if (uploads.isEmpty()) {
            return 0;
        }
        long[] sorted = uploads.stream().mapToLong(Sample::nanos).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private void expire()
    {
        long now = nanoTime.getAsLong();
        while (!uploads.isEmpty() && now - uploads.peek().at() > MINUTE_NANOS) {
            uploads.remove();
        }
        while (!files.isEmpty() && now - files.peek() > MINUTE_NANOS) {
            files.remove();
        }
    }

    private record Sample(long at, long nanos) {}
}
