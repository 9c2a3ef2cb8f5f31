package io.icegate.alerting.server;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What the API answers.
 *
 * @param body empty for none, or when there are lines
 * @param lines the body as one object after the other, each written as soon as it is there
 */
record Answer(int status, Optional<JsonNode> body, Map<String, String> headers, Optional<Lines> lines)
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
    static final int TOO_MANY_REQUESTS = 429;
    static final int SERVER_ERROR = 500;
    static final int UNAVAILABLE = 503;

    /**
     * Objects that are made while they are written.
     */
    @FunctionalInterface
    interface Lines
    {
        /**
         * Called exactly once.
         *
         * @throws IOException only what the output throws
         */
        void writeTo(Output output)
                throws IOException;
    }

    @FunctionalInterface
    interface Output
    {
        /**
         * Sends a line at once.
         */
        void write(JsonNode line)
                throws IOException;
    }

    Answer
    {
        requireNonNull(body, "body is null");
        headers = Map.copyOf(headers);
        requireNonNull(lines, "lines is null");
    }

    Answer(int status, Optional<JsonNode> body, Map<String, String> headers)
    {
        this(status, body, headers, Optional.empty());
    }

    static Answer of(JsonNode body)
    {
        return new Answer(OK, Optional.of(body), Map.of());
    }

    static Answer of(Lines lines)
    {
        return new Answer(OK, Optional.empty(), Map.of(), Optional.of(lines));
    }

    static Answer tagged(int status, JsonNode body, long version)
    {
        return new Answer(status, Optional.of(body), Map.of("ETag", "\"%s\"".formatted(version)));
    }
}
