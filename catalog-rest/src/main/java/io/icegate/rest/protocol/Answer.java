package io.icegate.rest.protocol;

import org.apache.iceberg.rest.RESTResponse;

import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What a route answers.
 */
record Answer(int status, Optional<RESTResponse> body, Map<String, String> headers)
{
    static final Answer NO_CONTENT = new Answer(204, Optional.empty(), Map.of());

    Answer
    {
        requireNonNull(body, "body is null");
        headers = Map.copyOf(headers);
    }

    static Answer of(RESTResponse body)
    {
        return new Answer(200, Optional.of(body), Map.of());
    }

    static Answer withTag(RESTResponse body, String etag)
    {
        return new Answer(200, Optional.of(body), Map.of("ETag", etag));
    }

    /**
     * The client has the newest representation.
     */
    static Answer notModified(String etag)
    {
        return new Answer(304, Optional.empty(), Map.of("ETag", etag));
    }
}
