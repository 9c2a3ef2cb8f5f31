package io.icegate.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.server.access.KeyHash;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * Everybody who may not asks for everything that the server lists. The table in docs/operations/security.md is what is expected.
 */
@TestInstance(PER_CLASS)
final class TestRefusedAttempts
{
    private static final Path PAGE = Path.of("../docs/operations/security.md");
    private static final String READS = "reads";
    private static final String CHANGES = "changes";
    private static final String CHANGES_THROUGH_PREFIX = "changes through a prefix";
    private static final List<String> PREFIXES = List.of("live/", "at-version-0/");
    private static final List<String> READING_POSTS = List.of("/metrics", "/plan", "/tasks");
    private static final List<String> COLUMNS = List.of(READS, CHANGES, CHANGES_THROUGH_PREFIX);

    private final Map<String, String> warehouse = Map.of("warehouse", "memory:" + UUID.randomUUID());
    private final HttpCalls http = new HttpCalls();
    private CatalogServer server;
    private ObjectStoreCatalog catalog;
    private List<String> endpoints;

    enum Who
    {
        NOBODY("nobody: a request without a key"),
        INVALID("a key that is not valid"),
        EXPIRED("a key that has expired"),
        TENANT("a key of some tenants"),
        READER("a key for reading only"),
        WRITER("a key for all tenants");

        private final String name;

        Who(String name)
        {
            this.name = name;
        }

        private String key()
        {
            return "key-of-%s-0123456789".formatted(name());
        }

        private Map<String, String> headers()
        {
            return this == NOBODY ? Map.of() : Map.of("Authorization", "Bearer " + key());
        }

        private static String settings()
        {
            return String.join(
                    ";",
                    "expired * %s 2020-01-01T00:00:00Z".formatted(KeyHash.of(EXPIRED.key())),
                    "tenant shop,mail %s".formatted(KeyHash.of(TENANT.key())),
                    "reader * %s read-only".formatted(KeyHash.of(READER.key())),
                    "writer * %s".formatted(KeyHash.of(WRITER.key())));
        }
    }

    @BeforeAll
    void start()
            throws Exception
    {
        server = TestingServers.start(warehouse, Map.of("icegate.auth.keys", Who.settings()));
        catalog = new ObjectStoreCatalog();
        catalog.initialize("embedded", warehouse);
        endpoints = new ArrayList<>();
        HttpResponse<String> configuration = http.send(server, "GET", "/v1/config", "", Who.WRITER.headers());
        new ObjectMapper().readTree(configuration.body()).get("endpoints").forEach(endpoint -> endpoints.add(endpoint.asText()));
        assertThat(endpoints).hasSizeGreaterThan(20);
    }

    @AfterAll
    void stop()
            throws IOException
    {
        server.close();
        catalog.close();
        http.close();
    }

    @ParameterizedTest
    @EnumSource
    void testAttempts(Who who)
            throws Exception
    {
        List<String> expected = documented(who);
        long version = catalog.state().version();
        for (int column = 0; column < COLUMNS.size(); column++) {
            Optional<Integer> status = expected.get(column).equals("served") ? Optional.empty() : Optional.of(Integer.parseInt(expected.get(column)));
            for (String endpoint : endpoints) {
                if (isRead(endpoint) == COLUMNS.get(column).equals(READS)) {
                    List<String> prefixes = COLUMNS.get(column).equals(CHANGES_THROUGH_PREFIX) ? PREFIXES : List.of("");
                    for (String prefix : prefixes) {
                        attempt(who, endpoint.split(" ")[0], path(endpoint, prefix), status);
                    }
                }
            }
        }
        assertThat(catalog.state().version()).isEqualTo(version);
    }

    private void attempt(Who who, String method, String path, Optional<Integer> status)
            throws Exception
    {
        // a body that nobody takes: of whom it is looked at, nothing is changed either
        int answered = http.send(server, method, path, method.equals("POST") ? "[]" : "", who.headers()).statusCode();
        if (status.isPresent()) {
            assertThat(answered).as("%s %s as %s", method, path, who).isEqualTo(status.orElseThrow());
        }
        else {
            assertThat(answered).as("%s %s as %s", method, path, who).isIn(200, 204, 400, 404);
        }
    }

    private static boolean isRead(String endpoint)
    {
        return endpoint.startsWith("GET ") || endpoint.startsWith("HEAD ") || READING_POSTS.stream().anyMatch(endpoint::endsWith);
    }

    private static String path(String endpoint, String prefix)
    {
        return endpoint.split(" ")[1].replace("{prefix}/", prefix).replaceAll("\\{[a-z]+}", "name");
    }

    private static List<String> documented(Who who)
            throws IOException
    {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| " + who.name + " |"))
                .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")).subList(1, 1 + COLUMNS.size()))
                .findFirst()
                .orElseThrow();
    }
}
