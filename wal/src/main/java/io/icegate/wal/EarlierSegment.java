package io.icegate.wal;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * A segment as a later one of its lane tells of it. It and all below it were durable before the later one was encoded.
 *
 * @param durable when its writer knew that, by the writer's clock; close to the store's time of the object
 */
public record EarlierSegment(SegmentFooter footer, Instant durable)
{
    /**
     * Segments of which one tells at most.
     */
    public static final int COUNT_MAX = 16;

    public EarlierSegment
    {
        requireNonNull(footer, "footer is null");
        requireNonNull(durable, "durable is null");
    }
}
