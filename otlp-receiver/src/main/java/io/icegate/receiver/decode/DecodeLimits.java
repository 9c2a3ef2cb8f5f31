package io.icegate.receiver.decode;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * What a request may hold. Sizes in bytes are bounded before.
 *
 * @param depthMax levels of values within values: 1 for a scalar
 * @param attributesMax attributes of one record, resource or scope
 * @param recordsMax records of a request
 * @param valuesMax attribute values that the request becomes when each record repeats those of its resource and scope,
 *         because a small request can name a few large resources for very many tiny records
 * @param pastMax an event time further back than this gives way to the time of receipt
 * @param futureMax an event time further ahead than this gives way to the time of receipt
 */
public record DecodeLimits(int depthMax, int attributesMax, int recordsMax, long valuesMax, Duration pastMax, Duration futureMax)
{
    public static final DecodeLimits DEFAULT = new DecodeLimits(64, 10_000, 1_048_576, 32L * 1024 * 1024, Duration.ofDays(30), Duration.ofDays(1));

    public DecodeLimits
    {
        requireNonNull(pastMax, "pastMax is null");
        requireNonNull(futureMax, "futureMax is null");
        if (depthMax < 1 || depthMax > 64) {
            throw new IllegalArgumentException("Cannot limit nesting to %s levels: 1 to 64 are possible".formatted(depthMax));
        }
    }
}
