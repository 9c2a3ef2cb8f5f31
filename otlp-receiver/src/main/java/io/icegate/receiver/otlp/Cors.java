package io.icegate.receiver.otlp;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Lets web pages of other origins send telemetry from a browser. Off by default: without these headers browsers do not send.
 * Credentials are never allowed, so a wildcard gives nothing away.
 */
public final class Cors
{
    private static final String ANY = "*";

    private final List<Pattern> origins;
    private final boolean anyOrigin;
    private final String headers;
    private final Duration maxAge;

    /**
     * @param origins for example {@code https://shop.example.com}; {@code *} stands for any number of characters
     * @param headers that pages may send beside the simple ones
     * @param maxAge how long browsers may remember the answer to a preflight
     */
    public record Settings(List<String> origins, List<String> headers, Duration maxAge)
    {
        public static final Settings OFF = new Settings(List.of(), List.of(), Duration.ZERO);

        public Settings
        {
            origins = List.copyOf(origins);
            headers = List.copyOf(headers);
            requireNonNull(maxAge, "maxAge is null");
        }
    }

    Cors(Settings settings)
    {
        anyOrigin = settings.origins().contains(ANY);
        origins = settings.origins().stream()
                .map(origin -> Pattern.compile(Pattern.compile("\\*").splitAsStream(origin.toLowerCase(Locale.ROOT) + " ").map(part -> Pattern.quote(part.strip())).collect(Collectors.joining(".*"))))
                .toList();
        headers = String.join(", ", settings.headers());
        maxAge = settings.maxAge();
    }

    /**
     * Says to a browser that its page may read the answer.
     *
     * @return false when the request comes from no page that is allowed
     */
    boolean allow(HttpServletRequest request, HttpServletResponse response)
    {
        String origin = request.getHeader("Origin");
        if (origin == null || origins.isEmpty()) {
            return false;
        }
        if (!anyOrigin) {
            // caches must not give the answer for one origin to another
            response.addHeader("Vary", "Origin");
            String lower = origin.toLowerCase(Locale.ROOT);
            if (origins.stream().noneMatch(allowed -> allowed.matcher(lower).matches())) {
                return false;
            }
        }
        response.setHeader("Access-Control-Allow-Origin", anyOrigin ? ANY : origin);
        response.setHeader("Access-Control-Expose-Headers", "Retry-After");
        return true;
    }

    /**
     * Answers the question of a browser before it sends.
     *
     * @return false when this is no such question, or not from a page that is allowed
     */
    boolean preflight(HttpServletRequest request, HttpServletResponse response)
    {
        if (!request.getMethod().equals("OPTIONS") || request.getHeader("Access-Control-Request-Method") == null || !allow(request, response)) {
            return false;
        }
        response.setHeader("Access-Control-Allow-Methods", "POST");
        if (!headers.isEmpty()) {
            response.setHeader("Access-Control-Allow-Headers", headers);
        }
        response.setHeader("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        return true;
    }
}
