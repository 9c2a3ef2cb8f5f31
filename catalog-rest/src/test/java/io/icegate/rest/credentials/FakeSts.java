package io.icegate.rest.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

/**
 * A token service that gives a new key for each request, and knows what the policies of its keys allow.
 */
public final class FakeSts
        implements AutoCloseable
{
    public static final String ROLE = "arn:aws:iam::123456789012:role/clients";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final InstantSource clock;
    private final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();
    private final Map<String, JsonNode> policies = new ConcurrentHashMap<>();
    private volatile boolean isDown;

    public FakeSts(InstantSource clock)
            throws IOException
    {
        this.clock = clock;
        server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public String endpoint()
    {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /**
     * Parameters of each request that was answered.
     */
    public List<Map<String, String>> requests()
    {
        return List.copyOf(requests);
    }

    public void fail()
    {
        isDown = true;
    }

    private void answer(HttpExchange exchange)
            throws IOException
    {
        try (exchange) {
            Map<String, String> parameters = Stream.of(new String(exchange.getRequestBody().readAllBytes(), UTF_8).split("&"))
                    .map(pair -> pair.split("=", 2))
                    .collect(toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
            String body;
            if (isDown) {
                body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
            }
            else {
                requests.add(parameters);
                String key = "ASIA%012d".formatted(requests.size());
                policies.put(key, JSON.readTree(parameters.get("Policy")));
                Instant expiration = clock.instant().plus(Duration.ofSeconds(Long.parseLong(parameters.get("DurationSeconds"))));
                body =
                        """
                        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
                        <AccessKeyId>%s</AccessKeyId><SecretAccessKey>secret-of-%s</SecretAccessKey><SessionToken>token-of-%s</SessionToken><Expiration>%s</Expiration>
                        </Credentials></AssumeRoleResult></AssumeRoleResponse>""".formatted(key, key, key, expiration);
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(isDown ? 403 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /**
     * Whether a key of this service may do something.
     *
     * @param action as {@code s3:GetObject}
     * @param key the prefix, of a listing
     */
    public boolean allows(String accessKeyId, String action, String bucket, String key)
    {
        JsonNode policy = policies.get(accessKeyId);
        return policy != null && allows(policy, action, bucket, key);
    }

    static boolean allows(JsonNode policy, String action, String bucket, String key)
    {
        boolean isListing = action.equals("s3:ListBucket");
        String resource = isListing ? "arn:aws:s3:::" + bucket : "arn:aws:s3:::%s/%s".formatted(bucket, key);
        List<String> effects = new ArrayList<>();
        for (JsonNode statement : policy.get("Statement")) {
            JsonNode prefix = statement.at("/Condition/StringLike/s3:prefix");
            if (isAny(statement.get("Action"), action) && isAny(statement.get("Resource"), resource) && (!isListing || isLike(prefix.asText(), key))) {
                effects.add(statement.get("Effect").asText());
            }
        }
        return effects.contains("Allow") && !effects.contains("Deny");
    }

    private static boolean isAny(JsonNode patterns, String value)
    {
        return patterns.valueStream().anyMatch(pattern -> isLike(pattern.asText(), value));
    }

    /**
     * The wildcards of policies, which stand for themselves as <code>${*}</code>, <code>${?}</code> and <code>${$}</code>.
     */
    private static boolean isLike(String pattern, String value)
    {
        String regex = Pattern.compile("\\$\\{([*?$])}|([*?])|([^*?$]+|\\$)").matcher(pattern).results()
                .map(part -> {
                    if (part.group(1) != null) {
                        return Pattern.quote(part.group(1));
                    }
                    return part.group(2) == null ? Pattern.quote(part.group(3)) : part.group(2).equals("*") ? ".*" : ".";
                })
                .collect(joining());
        return Pattern.compile(regex, Pattern.DOTALL).matcher(value).matches();
    }

    @Override
    public void close()
    {
        server.stop(0);
    }
}
