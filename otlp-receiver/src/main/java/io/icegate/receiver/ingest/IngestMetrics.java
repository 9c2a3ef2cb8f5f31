package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Refusal;
import org.jspecify.annotations.Nullable;

import java.time.Duration;

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
     */
    default void accepted(long records, long bytes, Duration sinceDecoded) {}

    /**
     * A request was recognised as sent again.
     */
    default void deduplicated() {}

    /**
     * A request was answered with an error.
     */
    default void refused(Refusal refusal) {}

    /**
     * A segment became durable.
     *
     * @param put from encoded to durable
     */
    default void segment(long bytes, long rows, Duration put) {}
}
