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
     * Whoever is ready for a minute ran well, so a program that ends again and again starts about once a minute, whether it ends at
     * once or later, and one that is killed every few minutes is away for a second.
     */
    static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(1));

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
