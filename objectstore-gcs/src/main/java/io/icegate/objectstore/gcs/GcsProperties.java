package io.icegate.objectstore.gcs;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * How to reach Google Cloud Storage. Names are Iceberg's where Iceberg has one; what is absent comes from the environment as
 * Google's tools read it. Properties of other things are ignored: Iceberg hands all properties of a catalog to everyone.
 *
 * @param anonymous true to send no credentials, which emulators and public buckets want
 * @param token absent, without {@code anonymous}: Google's library finds the default credentials
 * @param userProject the project that pays, for buckets whose readers do
 * @param putTimeout of the one attempt of a conditional write
 */
record GcsProperties(URI endpoint, boolean anonymous, Optional<String> token, Optional<String> userProject, Duration putTimeout)
{
    static final String ENDPOINT = "gcs.service.host";
    static final String NO_AUTH = "gcs.no-auth";
    static final String TOKEN = "gcs.oauth2.token";
    static final String USER_PROJECT = "gcs.user-project";
    static final String PUT_TIMEOUT_MILLIS = "icegate.gcs.put-timeout-millis";
    static final String EMULATOR_VARIABLE = "STORAGE_EMULATOR_HOST";
    private static final String OWN = "icegate.gcs.";
    private static final URI GOOGLE = URI.create("https://storage.googleapis.com");
    /**
     * Slow writes of a few seconds are ordinary here: a shorter deadline would make questions out of answers.
     */
    private static final long PUT_TIMEOUT_MILLIS_DEFAULT = 5000;
    private static final long PUT_TIMEOUT_MILLIS_MAX = 600_000;

    GcsProperties
    {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(token, "token is null");
        requireNonNull(userProject, "userProject is null");
        requireNonNull(putTimeout, "putTimeout is null");
    }

    /**
     * @throws IllegalArgumentException naming all problems together
     */
    static GcsProperties fromProperties(Map<String, String> properties, Map<String, String> environment)
    {
        List<String> problems = new ArrayList<>();
        Optional<String> emulator = Optional.ofNullable(environment.get(EMULATOR_VARIABLE)).filter(host -> !host.isEmpty())
                .map(host -> host.contains("://") ? host : "http://" + host);
        boolean givesEndpoint = properties.containsKey(ENDPOINT);
        URI endpoint = Optional.ofNullable(properties.get(ENDPOINT)).or(() -> emulator)
                .flatMap(text -> endpoint(text, givesEndpoint ? ENDPOINT : EMULATOR_VARIABLE, problems)).orElse(GOOGLE);
        boolean anonymous = Optional.ofNullable(properties.get(NO_AUTH))
                .map(text -> flag(text, problems)).orElse(emulator.isPresent() && !givesEndpoint);
        Optional<String> token = Optional.ofNullable(properties.get(TOKEN));
        if (anonymous && token.isPresent()) {
            problems.add("'%s' contradicts '%s'".formatted(TOKEN, properties.containsKey(NO_AUTH) ? NO_AUTH : EMULATOR_VARIABLE));
        }
        Duration putTimeout = Duration.ofMillis(Optional.ofNullable(properties.get(PUT_TIMEOUT_MILLIS))
                .map(text -> millis(text, problems)).orElse(PUT_TIMEOUT_MILLIS_DEFAULT));
        properties.keySet().stream().filter(key -> key.startsWith(OWN) && !key.equals(PUT_TIMEOUT_MILLIS)).sorted()
                .forEach(key -> problems.add("'%s' is not known".formatted(key)));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot open Google Cloud Storage: " + String.join("; ", problems));
        }
        return new GcsProperties(endpoint, anonymous, token, Optional.ofNullable(properties.get(USER_PROJECT)), putTimeout);
    }

    private static Optional<URI> endpoint(String text, String name, List<String> problems)
    {
        try {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        }
        catch (IllegalArgumentException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be like http://host:port".formatted(name, text));
        return Optional.empty();
    }

    private static boolean flag(String text, List<String> problems)
    {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problems.add("'%s' is '%s', it must be true or false".formatted(NO_AUTH, text));
        }
        return Boolean.parseBoolean(text);
    }

    private static long millis(String text, List<String> problems)
    {
        try {
            long millis = Long.parseLong(text);
            if (millis > 0 && millis <= PUT_TIMEOUT_MILLIS_MAX) {
                return millis;
            }
        }
        catch (NumberFormatException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be 1 to %s".formatted(PUT_TIMEOUT_MILLIS, text, PUT_TIMEOUT_MILLIS_MAX));
        return PUT_TIMEOUT_MILLIS_DEFAULT;
    }

    /**
     * Without the token.
     */
    @Override
    public String toString()
    {
        return "GcsProperties[endpoint=%s, anonymous=%s, putTimeout=%s]".formatted(endpoint, anonymous, putTimeout);
    }
}
