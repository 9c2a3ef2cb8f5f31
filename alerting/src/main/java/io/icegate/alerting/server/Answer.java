package io.icegate.alerting.server;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What the API answers.
 *
 * @param body empty for none
 */
record Answer(int status, Optional<JsonNode> body, Map<String, String> headers)
{
    static final int OK = 200;
    static final int CREATED = 201;
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int METHOD_NOT_ALLOWED = 405;
    static final int PRECONDITION_FAILED = 412;
    static final int TOO_LARGE = 413;
    static final int INVALID = 422;
    static final int PRECONDITION_REQUIRED = 428;
    static final int SERVER_ERROR = 500;
    static final int UNAVAILABLE = 503;

    Answer
    {
        requireNonNull(body, "body is null");
        headers = Map.copyOf(headers);
    }

    static Answer of(JsonNode body)
    {
        return new Answer(OK, Optional.of(body), Map.of());
    }

    static Answer tagged(int status, JsonNode body, long version)
    {
        return new Answer(status, Optional.of(body), Map.of("ETag", "\"%s\"".formatted(version)));
    }
}
