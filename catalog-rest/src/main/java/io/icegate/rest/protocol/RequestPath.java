package io.icegate.rest.protocol;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits what a client asked for. Segments stay as they were sent, since names may hold slashes.
 */
final class RequestPath
{
    private RequestPath() {}

    static List<String> segments(String path)
    {
        return Arrays.asList(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1));
    }

    /**
     * Decoded; of several values of a parameter the first one counts.
     *
     * @throws IllegalArgumentException when it is no query
     */
    static Map<String, String> parameters(String query)
    {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.putIfAbsent(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decode(String text)
    {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
