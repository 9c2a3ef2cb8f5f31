package io.icegate.objectstore.s3;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * How to reach S3. Names are Iceberg's where Iceberg has one; what is absent comes from the environment as the AWS tools
 * read it. Properties of other things are ignored: Iceberg hands all properties of a catalog to everyone.
 *
 * @param endpoint absent for AWS itself
 * @param pathStyle bucket in the path, not in the host name; the default with an endpoint
 * @param region absent: the AWS SDK finds it
 * @param accessKeyId absent, with the secret: the AWS SDK finds credentials
 * @param putTimeout of one attempt of a conditional write
 */
record S3Properties(
        Optional<URI> endpoint,
        boolean pathStyle,
        Optional<String> region,
        Optional<String> accessKeyId,
        Optional<String> secretAccessKey,
        Optional<String> sessionToken,
        Duration putTimeout)
{
    static final String ENDPOINT = "s3.endpoint";
    static final String PATH_STYLE = "s3.path-style-access";
    static final String ACCESS_KEY_ID = "s3.access-key-id";
    static final String SECRET_ACCESS_KEY = "s3.secret-access-key";
    static final String SESSION_TOKEN = "s3.session-token";
    static final String REGION = "client.region";
    static final String PUT_TIMEOUT_MILLIS = "icegate.s3.put-timeout-millis";
    private static final long PUT_TIMEOUT_MILLIS_DEFAULT = 2000;
    /**
     * Servers other than AWS mostly do not care, but a signature names some region.
     */
    private static final String REGION_OF_OTHERS = "us-east-1";

    S3Properties
    {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(region, "region is null");
        requireNonNull(accessKeyId, "accessKeyId is null");
        requireNonNull(secretAccessKey, "secretAccessKey is null");
        requireNonNull(sessionToken, "sessionToken is null");
        requireNonNull(putTimeout, "putTimeout is null");
    }

    /**
     * @throws IllegalArgumentException naming all problems together
     */
    static S3Properties fromProperties(Map<String, String> properties, Map<String, String> environment)
    {
        List<String> problems = new ArrayList<>();
        Optional<URI> endpoint = Optional.ofNullable(properties.get(ENDPOINT))
                .or(() -> Optional.ofNullable(environment.get("AWS_ENDPOINT_URL_S3")))
                .or(() -> Optional.ofNullable(environment.get("AWS_ENDPOINT_URL")))
                .flatMap(text -> endpoint(text, problems));
        boolean pathStyle = Optional.ofNullable(properties.get(PATH_STYLE))
                .map(text -> flag(text, problems)).orElse(endpoint.isPresent());
        Optional<String> region = Optional.ofNullable(properties.get(REGION))
                .or(() -> Optional.ofNullable(environment.get("AWS_REGION")))
                .or(() -> Optional.ofNullable(environment.get("AWS_DEFAULT_REGION")))
                .or(() -> endpoint.map(_ignored -> REGION_OF_OTHERS));
        Optional<String> accessKeyId = Optional.ofNullable(properties.get(ACCESS_KEY_ID));
        Optional<String> secretAccessKey = Optional.ofNullable(properties.get(SECRET_ACCESS_KEY));
        Optional<String> sessionToken = Optional.ofNullable(properties.get(SESSION_TOKEN));
        if (accessKeyId.isPresent() != secretAccessKey.isPresent()) {
            problems.add("'%s' and '%s' belong together".formatted(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        }
        if (sessionToken.isPresent() && accessKeyId.isEmpty()) {
            problems.add("'%s' needs '%s'".formatted(SESSION_TOKEN, ACCESS_KEY_ID));
        }
        Duration putTimeout = Duration.ofMillis(Optional.ofNullable(properties.get(PUT_TIMEOUT_MILLIS))
                .map(text -> millis(text, problems)).orElse(PUT_TIMEOUT_MILLIS_DEFAULT));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot open S3: " + String.join("; ", problems));
        }
        return new S3Properties(endpoint, pathStyle, region, accessKeyId, secretAccessKey, sessionToken, putTimeout);
    }

    private static Optional<URI> endpoint(String text, List<String> problems)
    {
        try {
            URI uri = URI.create(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        }
        catch (IllegalArgumentException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be like http://host:port".formatted(ENDPOINT, text));
        return Optional.empty();
    }

    private static boolean flag(String text, List<String> problems)
    {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            problems.add("'%s' is '%s', it must be true or false".formatted(PATH_STYLE, text));
        }
        return Boolean.parseBoolean(text);
    }

    private static long millis(String text, List<String> problems)
    {
        try {
            long millis = Long.parseLong(text);
            if (millis > 0 && millis <= 600_000) {
                return millis;
            }
        }
        catch (NumberFormatException e) {
            // reported below
        }
        problems.add("'%s' is '%s', it must be 1 to 600000".formatted(PUT_TIMEOUT_MILLIS, text));
        return PUT_TIMEOUT_MILLIS_DEFAULT;
    }
}
