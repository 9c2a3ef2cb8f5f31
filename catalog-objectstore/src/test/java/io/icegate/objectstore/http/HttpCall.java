package io.icegate.objectstore.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One request, read to its end.
 *
 * @param path as it was sent, still encoded
 * @param query decoded
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record HttpCall(String method, String path, Map<String, String> query, Headers headers, byte[] body)
{
    public HttpCall
    {
        requireNonNull(method, "method is null");
        requireNonNull(path, "path is null");
        query = Map.copyOf(query);
        requireNonNull(headers, "headers is null");
        requireNonNull(body, "body is null");
    }

    static HttpCall read(HttpExchange exchange)
            throws IOException
    {
        return new HttpCall(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                query(exchange.getRequestURI().getRawQuery()),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes());
    }

    public Optional<String> header(String name)
    {
        return Optional.ofNullable(headers.getFirst(name));
    }

    public Optional<String> parameter(String name)
    {
        return Optional.ofNullable(query.get(name));
    }

    /**
     * Decodes a part of a path, in which a plus sign is a plus sign.
     */
    public static String decode(String part)
    {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, String> query(String raw)
    {
        Map<String, String> query = new HashMap<>();
        if (raw != null && !raw.isEmpty()) {
            for (String part : raw.split("&", -1)) {
                int equals = part.indexOf('=');
                String name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), StandardCharsets.UTF_8);
                query.put(name, equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }
}
