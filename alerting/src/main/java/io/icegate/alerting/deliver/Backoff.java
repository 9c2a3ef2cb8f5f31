package io.icegate.alerting.deliver;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Pauses between attempts: each twice as long as the one before, between half and all of its length, and never shorter than the other side asked for. For one
 * thread. {@link io.icegate.objectstore.Retries} does not do: it sleeps, and a channel is also left when its group is lost.
 */
final class Backoff
{
    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private Duration next;

    Backoff(Duration min, Duration max, RandomGenerator random)
    {
        this.min = requireNonNull(min, "min is null");
        this.max = requireNonNull(max, "max is null");
        this.random = requireNonNull(random, "random is null");
        this.next = min;
    }

    /**
     * Returns the pause after a failed attempt.
     *
     * @param asked by the other side
     */
    Duration failed(Optional<Duration> asked)
    {
        long half = next.toMillis() / 2;
        Duration pause = Duration.ofMillis(half + random.nextLong(half + 1));
        next = next.multipliedBy(2).compareTo(max) > 0 ? max : next.multipliedBy(2);
        return asked.filter(least -> least.compareTo(pause) > 0).orElse(pause);
    }

    void succeeded()
    {
        next = min;
    }
}
