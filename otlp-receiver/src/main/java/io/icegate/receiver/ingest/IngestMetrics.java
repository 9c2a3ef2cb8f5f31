package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.Refusal;
import org.jspecify.annotations.Nullable;

import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * Counts requests and segments.
 */
public interface IngestMetrics
{
    IngestMetrics NONE = new IngestMetrics() {};

    /**
     * A request arrived from a client that may send.
     */
    default void arrived(@Nullable String userAgent) {}

    /**
     * A request became durable.
     *
     * @param sinceRead from the last byte of the request to durable
     * @param sinceDecoded the part of it after decoding
     */
    default void accepted(long records, long bytes, Duration sinceRead, Duration sinceDecoded) {}

    /**
     * A request was recognised as sent again.
     */
    default void deduplicated() {}

    /**
     * A request was answered with an error.
     */
    default void refused(Refusal refusal) {}

    default void segment(DurableSegment segment) {}

    /**
     * A segment that became durable.
     *
     * @param origin {@link Origin#SELF} when it holds own telemetry only
     * @param sinceClosed from the end of its window to durable
     * @param put from encoded to durable, with all segments before
     */
    record DurableSegment(Origin origin, int requests, long rows, long bytes, Duration sinceClosed, Duration put)
    {
        public DurableSegment
        {
            requireNonNull(origin, "origin is null");
            requireNonNull(sinceClosed, "sinceClosed is null");
            requireNonNull(put, "put is null");
        }
    }
}
