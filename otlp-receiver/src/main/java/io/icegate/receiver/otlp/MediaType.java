package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Encoding;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Optional;

/**
 * Media types of OTLP over HTTP.
 */
final class MediaType
{
    static final String PROTOBUF = "application/x-protobuf";
    static final String JSON = "application/json";

    private MediaType() {}

    /**
     * The encoding of a request; empty when its media type is not OTLP's.
     */
    static Optional<Encoding> encoding(@Nullable String contentType)
    {
        if (contentType == null) {
            return Optional.empty();
        }
        int semicolon = contentType.indexOf(';');
        String bare = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return switch (bare.strip().toLowerCase(Locale.ROOT)) {
            case PROTOBUF -> Optional.of(Encoding.PROTOBUF);
            case JSON -> Optional.of(Encoding.JSON);
            default -> Optional.empty();
        };
    }

    /**
     * The media type of an answer. Requests of an unknown type are answered in JSON, which people can read.
     */
    static String of(Optional<Encoding> encoding)
    {
        return encoding.orElse(Encoding.JSON) == Encoding.PROTOBUF ? PROTOBUF : JSON;
    }
}
