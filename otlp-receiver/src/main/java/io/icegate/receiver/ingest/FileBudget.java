package io.icegate.receiver.ingest;

import java.time.Duration;

/**
 * A token bucket of files. Time is the token: a file costs the time that it has at the allowed rate, and unused time is kept
 * up to a bound. In any period the number of files is at most the rate times the period, plus what the bucket holds.
 * Not safe for use by many threads.
 */
final class FileBudget
{
    /**
     * How much unused time is kept.
     */
    static final Duration SAVED_MAX = Duration.ofSeconds(30);

    private static final double NANOS_PER_SECOND = 1e9;

    private final long nanosPerFile;
    private long savedNanos = SAVED_MAX.toNanos();
    private long savedAt;

    FileBudget(double filesPerSecond, long nowNanos)
    {
        this.nanosPerFile = Math.round(NANOS_PER_SECOND / filesPerSecond);
        this.savedAt = nowNanos;
        if (nanosPerFile <= 0 || nanosPerFile > SAVED_MAX.toNanos()) {
            throw new IllegalArgumentException("Cannot budget %s files per second: it must be more than one in %s".formatted(filesPerSecond, SAVED_MAX));
        }
    }

    /**
     * Time until a file may be written; 0 when it may be now. Never more than the time of one file.
     */
    long nanosUntilFile(long nowNanos)
    {
        save(nowNanos);
        return Math.max(0, nanosPerFile - savedNanos);
    }

    /**
     * Takes a file out of the budget. One that cannot wait takes what is there.
     */
    void take(long nowNanos)
    {
        save(nowNanos);
        savedNanos = Math.max(0, savedNanos - nanosPerFile);
    }

    /**
     * Files that may be written now, one after the other.
     */
    double files(long nowNanos)
    {
        save(nowNanos);
        return (double) savedNanos / nanosPerFile;
    }

    long nanosPerFile()
    {
        return nanosPerFile;
    }

    private void save(long nowNanos)
    {
        savedNanos = Math.min(SAVED_MAX.toNanos(), savedNanos + Math.max(0, nowNanos - savedAt));
        savedAt = nowNanos;
    }
}
