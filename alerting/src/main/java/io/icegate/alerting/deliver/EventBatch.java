package io.icegate.alerting.deliver;

import java.time.Instant;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One request with events. It is stored whole or not at all.
 *
 * @param ids of the events, of which there is at least one
 * @param from time of the earliest event
 * @param to time of the latest event
 * @param body an OTLP request as protobuf, the same bytes whoever makes it
 */
record EventBatch(List<String> ids, Instant from, Instant to, byte[] body)
{
    EventBatch
    {
        ids = List.copyOf(ids);
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
        requireNonNull(body, "body is null");
    }
}
