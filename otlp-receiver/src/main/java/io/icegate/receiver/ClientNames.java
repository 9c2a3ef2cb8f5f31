package io.icegate.receiver;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the kind and version of clients for a metric. Clients choose their user agents. A name therefore holds only what
 * exporters are known to send, and after {@value #NAMES_MAX} names all new ones are {@value #OTHER}.
 */
final class ClientNames
{
    static final String OTHER = "other";
    static final int NAMES_MAX = 50;

    private static final int USER_AGENT_LENGTH_MAX = 200;
    private static final String VERSION = "/v?(\\d{1,4}\\.\\d{1,4})";
    private static final Pattern EXPORTER = Pattern.compile("\\botel[- ]otlp[- ]exporter[- ]([a-z.+#]{1,12})" + VERSION);
    private static final Pattern COLLECTOR = Pattern.compile("\\bopentelemetry (collector)[a-z ]{0,20}" + VERSION);

    private final Set<String> names = new HashSet<>();

    /**
     * For example {@code java 1.67} or {@code collector 0.140}.
     */
    String name(@Nullable String userAgent)
    {
        if (userAgent == null || userAgent.length() > USER_AGENT_LENGTH_MAX) {
            return OTHER;
        }
        String lower = userAgent.toLowerCase(Locale.ROOT);
        for (Pattern pattern : List.of(EXPORTER, COLLECTOR)) {
            Matcher found = pattern.matcher(lower);
            if (found.find()) {
                return known(found.group(1) + " " + found.group(2));
            }
        }
        return OTHER;
    }

    private synchronized String known(String name)
    {
        if (names.contains(name)) {
            return name;
        }
        if (names.size() >= NAMES_MAX) {
            return OTHER;
        }
        names.add(name);
        return name;
    }
}
