package io.icegate.wal.writer;

import io.icegate.objectstore.RetryPolicy;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * Limits of a {@link WalWriter}.
 *
 * @param segmentsInFlightMax per lane, from encoding until the acknowledgement, at most {@link Sequence#IN_FLIGHT_LIMIT}
 * @param attemptTimeout after this a PUT is sent again beside the one that hangs
 * @param hopelessAfter a store that refuses every write for this long stops the writer
 * @param zombieAfter a segment opened longer ago is acknowledged only if the writer is still registered
 */
public record WriterOptions(
        int segmentsInFlightMax,
        Duration heartbeatInterval,
        Duration attemptTimeout,
        Duration backoffMin,
        Duration backoffMax,
        Duration hopelessAfter,
        Duration zombieAfter)
{
    public static final WriterOptions DEFAULT = new WriterOptions(
            4,
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofHours(1));

    public WriterOptions
    {
        requireNonNull(heartbeatInterval, "heartbeatInterval is null");
        requireNonNull(attemptTimeout, "attemptTimeout is null");
        requireNonNull(backoffMin, "backoffMin is null");
        requireNonNull(backoffMax, "backoffMax is null");
        requireNonNull(hopelessAfter, "hopelessAfter is null");
        requireNonNull(zombieAfter, "zombieAfter is null");
        if (segmentsInFlightMax < 1 || segmentsInFlightMax > Sequence.IN_FLIGHT_LIMIT) {
            throw new IllegalArgumentException("Cannot write with %s segments in flight: it must be 1 to %s".formatted(segmentsInFlightMax, Sequence.IN_FLIGHT_LIMIT));
        }
    }

    public WriterOptions withSegmentsInFlightMax(int count)
    {
        return new WriterOptions(count, heartbeatInterval, attemptTimeout, backoffMin, backoffMax, hopelessAfter, zombieAfter);
    }

    RetryPolicy retries(WalEnvironment environment)
    {
        return RetryPolicy.of(environment.waiting()).withPauses(backoffMin, backoffMax);
    }
}
