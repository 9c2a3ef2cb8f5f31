package io.icegate.receiver.decode;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * What a request may hold. The bytes of the request are bounded before. Beyond the first two limits a record is rejected;
 * beyond the next two the columns hold less than was sent, and the residual holds it all; beyond the others the request is
 * refused.
 *
 * @param depthMax levels of values within values: 1 for a scalar
 * @param messagesMax messages within one record, resource or scope: an empty one is two bytes on the wire and a hundred in memory
 * @param attributesMax attributes of one record, resource or scope that its map column holds
 * @param valueBytesMax UTF-8 bytes of one text that its column holds
 * @param recordsMax records of a request, and resources, and scopes
 * @param valuesMax attribute values that the request becomes when each record repeats those of its resource and scope,
 *         because a small request can name a few large resources for very many tiny records
 * @param pastMax an event time further back than this is not used as the timestamp
 * @param futureMax an event time further ahead than this is not used as the timestamp
 */
public record DecodeLimits(
        int depthMax,
        int messagesMax,
        int attributesMax,
        int valueBytesMax,
        int recordsMax,
        long valuesMax,
        Duration pastMax,
        Duration futureMax)
{
    public static final DecodeLimits DEFAULT = new DecodeLimits(
            64,
            1_048_576,
            10_000,
            8 * 1024 * 1024,
            1_048_576,
            32L * 1024 * 1024,
            Duration.ofDays(365),
            Duration.ofDays(1));

    /**
     * Messages within messages: an entry of a key-value list takes three per level of the value.
     */
    private static final int MESSAGES_PER_LEVEL = 3;
    private static final int MESSAGES_AROUND_VALUES = 8;

    public DecodeLimits
    {
        requireNonNull(pastMax, "pastMax is null");
        requireNonNull(futureMax, "futureMax is null");
        if (depthMax < 1 || depthMax > 64) {
            throw new IllegalArgumentException("Cannot limit nesting to %s levels: 1 to 64 are possible".formatted(depthMax));
        }
        if (attributesMax < 1 || valueBytesMax < 1) {
            throw new IllegalArgumentException("Cannot limit a record to %s attributes of %s bytes".formatted(attributesMax, valueBytesMax));
        }
    }

    /**
     * Nested messages that a parser has to follow: more than a value of the allowed depth needs, and far fewer than a stack
     * holds.
     */
    int messageDepthMax()
    {
        return depthMax * MESSAGES_PER_LEVEL + MESSAGES_AROUND_VALUES;
    }
}
