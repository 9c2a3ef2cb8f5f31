package io.icegate.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * One measurement of {@code ingest}: what is sent, and how.
 *
 * @param records of a request
 * @param clients each of which sends the next request when the last one is acknowledged
 */
record IngestCell(Payload payload, int records, IngestStore store, int clients, Protocol protocol)
{
    IngestCell
    {
        requireNonNull(payload, "payload is null");
        requireNonNull(store, "store is null");
        requireNonNull(protocol, "protocol is null");
        if (records < 1 || clients < 1) {
            throw new IllegalArgumentException("Cannot send requests of %s records by %s clients".formatted(records, clients));
        }
    }

    /**
     * The same with another store.
     */
    IngestCell in(IngestStore other)
    {
        return new IngestCell(payload, records, other, clients, protocol);
    }

    Map<String, Object> description()
    {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("signal", payload.toString());
        description.put("records_per_request", records);
        description.put("store", store.toString());
        description.put("clients", clients);
        description.put("protocol", protocol.toString());
        return description;
    }
}
