package io.icegate.standalone.process;

import java.time.Duration;

/**
 * How long a program that ended waits for its next start: twice as long with each end in a row, up to a limit. A program that ran well
 * for long enough begins again with the shortest wait.
 *
 * @param first the wait after the first end
 * @param longest the limit
 * @param wellAfter how long a program has to be ready to have run well
 */
record Backoff(Duration first, Duration longest, Duration wellAfter)
{
    /**
     * Whoever is ready for 20 s ran well. A program that ends at its start or soon after is started about once a minute, and one that
     * is killed each minute is away for a second each time: when that counted as a row of ends, it was away for a minute after the
     * seventh.
     */
    static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(20));

    private static final int DOUBLINGS_MAX = 20;

    Backoff
    {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0 || wellAfter.isNegative()) {
            throw new IllegalArgumentException("Cannot wait from %s to %s, well after %s".formatted(first, longest, wellAfter));
        }
    }

    /**
     * @param endsInARow at least 1
     */
    Duration pause(int endsInARow)
    {
        Duration doubled = first.multipliedBy(1L << Math.clamp(endsInARow - 1, 0, DOUBLINGS_MAX));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }

    boolean ranWell(Duration ready)
    {
        return ready.compareTo(wellAfter) >= 0;
    }
}
