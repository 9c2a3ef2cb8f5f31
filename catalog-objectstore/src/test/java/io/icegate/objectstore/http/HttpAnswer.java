package io.icegate.objectstore.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * The answer to a request.
 *
 * @param length of the body that a HEAD request is told about; that of the body otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record HttpAnswer(int status, Map<String, String> headers, byte[] body, long length)
{
    public HttpAnswer
    {
        headers = Map.copyOf(headers);
        requireNonNull(body, "body is null");
    }

    public static HttpAnswer of(int status, Map<String, String> headers, byte[] body)
    {
        return new HttpAnswer(status, headers, body, body.length);
    }

    public static HttpAnswer of(int status, String contentType, String body)
    {
        return of(status, Map.of("Content-Type", contentType), body.getBytes(StandardCharsets.UTF_8));
    }

    public static HttpAnswer empty(int status)
    {
        return of(status, Map.of(), new byte[0]);
    }
}
