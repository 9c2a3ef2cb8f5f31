package io.icegate.rest.protocol;

import org.apache.iceberg.rest.Endpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * An endpoint of Iceberg's protocol, and who answers it.
 *
 * @param effect whether it changes the catalog
 */
record Route(Endpoint endpoint, Effect effect, Handler handler)
{
    private static final String PREFIX = "/{prefix}";

    enum Effect
    {
        READS,
        CHANGES,
    }

    @FunctionalInterface
    interface Handler
    {
        Answer answer(Call call);
    }

    Route
    {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(effect, "effect is null");
        requireNonNull(handler, "handler is null");
    }

    static Route reading(Endpoint endpoint, Handler handler)
    {
        return new Route(endpoint, Effect.READS, handler);
    }

    static Route changing(Endpoint endpoint, Handler handler)
    {
        return new Route(endpoint, Effect.CHANGES, handler);
    }

    /**
     * The path without prefix, as a label.
     */
    String path()
    {
        return endpoint.path().replace(PREFIX, "");
    }

    boolean hasPrefix()
    {
        return endpoint.path().contains(PREFIX);
    }

    /**
     * The variables of a path of this route, as they were sent; empty when it is another route's.
     *
     * @param segments of the path, between its slashes
     */
    Optional<Map<String, String>> match(List<String> segments)
    {
        String[] wanted = path().substring(1).split("/");
        if (wanted.length != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int index = 0; index < wanted.length; index++) {
            String segment = segments.get(index);
            if (wanted[index].startsWith("{")) {
                if (segment.isEmpty()) {
                    return Optional.empty();
                }
                variables.put(wanted[index].substring(1, wanted[index].length() - 1), segment);
            }
            else if (!wanted[index].equals(segment)) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
