package io.icegate.receiver.decode;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * Chooses the {@code timestamp} of a row. A time far off would create a partition of its own, and a broken clock thousands
 * of them.
 */
final class EventTimes
{
    private final long receivedMicros;
    private final long earliestMicros;
    private final long latestMicros;

    EventTimes(Instant received, DecodeLimits limits)
    {
        receivedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, received);
        earliestMicros = receivedMicros - micros(limits.pastMax());
        latestMicros = receivedMicros + micros(limits.futureMax());
    }

    private static long micros(Duration duration)
    {
        return TimeUnit.MICROSECONDS.convert(duration);
    }

    long receivedMicros()
    {
        return receivedMicros;
    }

    /**
     * The first time that is set and usable, else the time of receipt.
     */
    long timestamp(long timeUnixNano, long observedTimeUnixNano)
    {
        if (isUsable(timeUnixNano)) {
            return Long.divideUnsigned(timeUnixNano, 1000);
        }
        return isUsable(observedTimeUnixNano) ? Long.divideUnsigned(observedTimeUnixNano, 1000) : receivedMicros;
    }

    /**
     * True when the time that should have been the timestamp is set, but far off.
     */
    boolean isReplaced(long timeUnixNano, long observedTimeUnixNano)
    {
        long wanted = timeUnixNano != 0 ? timeUnixNano : observedTimeUnixNano;
        return wanted != 0 && !isUsable(wanted);
    }

    /**
     * Names a time that is far off, and the unit that was probably meant.
     */
    String describe(long timeUnixNano, long observedTimeUnixNano)
    {
        long time = timeUnixNano != 0 ? timeUnixNano : observedTimeUnixNano;
        for (TimeUnit unit : new TimeUnit[] {TimeUnit.SECONDS, TimeUnit.MILLISECONDS, TimeUnit.MICROSECONDS}) {
            // saturates, which is far off too
            if (time > 0 && isUsable(unit.toNanos(time))) {
                return "%s looks like %s since 1970, nanoseconds are expected".formatted(time, unit.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        Instant instant = Instant.EPOCH.plus(Long.divideUnsigned(time, 1000), ChronoUnit.MICROS);
        return "%s is more than %s days %s".formatted(instant, days(instant), instant.isBefore(received()) ? "back" : "ahead");
    }

    private long days(Instant instant)
    {
        return instant.isBefore(received()) ? TimeUnit.MICROSECONDS.toDays(receivedMicros - earliestMicros) : TimeUnit.MICROSECONDS.toDays(latestMicros - receivedMicros);
    }

    private Instant received()
    {
        return Instant.EPOCH.plus(receivedMicros, ChronoUnit.MICROS);
    }

    private boolean isUsable(long nanos)
    {
        long micros = Long.divideUnsigned(nanos, 1000);
        return nanos != 0 && micros >= earliestMicros && micros <= latestMicros;
    }
}
