package io.icegate.receiver.decode.json;

import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A request as protobuf.
 *
 * @param wrong records, data points, resources and scopes that cannot be read, with the reason; the protobuf message has empty
 *         ones instead, and a metric that cannot be read has as many empty data points as were sent
 * @param ignored the first value outside of these that is wrong, and why; it is left out of the protobuf message
 * @param unknownKeys for people; empty when no key looks like a mistake
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record TranscodedRequest(byte[] protobuf, Map<Place, String> wrong, Optional<String> ignored, Optional<String> unknownKeys)
{
    public TranscodedRequest
    {
        requireNonNull(protobuf, "protobuf is null");
        wrong = Map.copyOf(wrong);
        requireNonNull(ignored, "ignored is null");
        requireNonNull(unknownKeys, "unknownKeys is null");
    }
}
