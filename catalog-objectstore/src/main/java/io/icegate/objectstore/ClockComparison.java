package io.icegate.objectstore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import static java.util.Objects.requireNonNull;

/**
 * What one request told about the clock of this process. Who is more than a minute off must neither acknowledge nor commit:
 * times that others wait for, and windows that others measure, would be wrong for as long as the clock is off.
 *
 * @param asked by this process, before the request
 * @param answered by this process, after it
 * @param store by the store, in between; in whole seconds, where stores have no finer times
 */
public record ClockComparison(Instant asked, Instant answered, Instant store)
{
    public static final Duration OFF_MAX = Duration.ofSeconds(60);
    /**
     * Object that is written for its time. All processes share it: whoever wrote it last did so in between as well.
     */
    public static final ObjectKey PROBE = StoreSelfCheck.FOLDER.child("clock");
    private static final byte[] CONTENT = "clock".getBytes(StandardCharsets.UTF_8); // Azure's client in Trino writes no empty object

    public ClockComparison
    {
        requireNonNull(asked, "asked is null");
        requireNonNull(answered, "answered is null");
        requireNonNull(store, "store is null");
    }

    /**
     * Compares by writing a small object, which every store gives a time.
     *
     * @throws IOException when the store did not answer
     */
    public static ClockComparison probe(ObjectStore store, InstantSource clock)
            throws IOException
    {
        Instant asked = clock.instant();
        store.put(PROBE, CONTENT);
        ObjectHead written = store.head(PROBE).orElseThrow(() -> new IOException("Cannot compare clocks: %s was written and is absent".formatted(PROBE)));
        return new ClockComparison(asked, clock.instant(), written.lastModified());
    }

    /**
     * How far this process is ahead of the store at least, negative when it is behind; zero when it may be right.
     */
    public Duration ahead()
    {
        if (asked.isAfter(store)) {
            return Duration.between(store, asked);
        }
        return answered.isBefore(store) ? Duration.between(store, answered) : Duration.ZERO;
    }

    public boolean isOff()
    {
        return ahead().abs().compareTo(OFF_MAX) > 0;
    }

    /**
     * @param action what must not be done with a clock that is off
     * @throws ClockOffException when it is
     */
    public void require(String action)
    {
        if (isOff()) {
            Duration ahead = ahead();
            throw new ClockOffException("Cannot %s: the clock of this machine is %s s %s the store's, more than %s: it said %s when the store said %s; set it, best by NTP, and it goes on".formatted(
                    action,
                    ahead.abs().toSeconds(),
                    ahead.isNegative() ? "behind" : "ahead of",
                    OFF_MAX.toSeconds(),
                    ahead.isNegative() ? answered : asked,
                    store));
        }
    }
}
