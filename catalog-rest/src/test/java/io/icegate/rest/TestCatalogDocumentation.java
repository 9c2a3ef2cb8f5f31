package io.icegate.rest;

import io.airlift.configuration.Config;
import io.icegate.rest.credentials.CredentialsConfig;
import io.icegate.rest.protocol.Admission;
import io.icegate.server.StoreConfig;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.tls.TlsConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page about the catalog says what the code does.
 */
final class TestCatalogDocumentation
{
    private static final Path PAGE = Path.of("../docs/operations/catalog.md");
    private static final Pattern KEY = Pattern.compile("`((?:icegate|s3|client|gcs|adls)\\.[a-z0-9.-]+)`");
    private static final Pattern METRIC = Pattern.compile("(?m)^\\| `(icegate_\\w+)[{`]");

    @Test
    void testSettings()
            throws IOException
    {
        List<String> keys = Stream.of(new RestConfig(), new CredentialsConfig(), new StoreConfig(), new AccessConfig(), new TlsConfig())
                .flatMap(config -> Arrays.stream(config.getClass().getMethods()))
                .map(method -> Optional.ofNullable(method.getAnnotation(Config.class)))
                .flatMap(Optional::stream)
                .map(Config::value)
                .toList();
        String settings = section("## Settings");
        assertThat(settings.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .flatMap(cell -> KEY.matcher(cell).results())
                .map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(keys);
        RestConfig defaults = new RestConfig();
        assertThat(settings)
                .contains("| `icegate.rest.http-port` | %s |".formatted(defaults.getHttpPort()))
                .contains("| `icegate.rest.max-request-size` | %s |".formatted(defaults.getMaxRequestSize()))
                .contains("| `icegate.rest.max-concurrent-requests` | %s |".formatted(defaults.getMaxConcurrentRequests()))
                .contains("| `icegate.rest.credentials.session-duration` | %s |".formatted(new CredentialsConfig().getSessionDuration()))
                .contains("| `icegate.rest.live-max-staleness` | %s |".formatted(defaults.getLiveMaxStaleness()));
    }

    @Test
    void testMetrics()
            throws IOException
    {
        PrometheusRegistry registry = new PrometheusRegistry();
        RestMetrics metrics = new RestMetrics(registry, new Admission(1, 1, 1));
        metrics.answered("GET", "/v1/config", 200, 1);
        assertThat(METRIC.matcher(section("## What to watch")).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(registry.scrape().stream()
                        .map(snapshot -> snapshot.getMetadata().getPrometheusName() + (snapshot instanceof CounterSnapshot ? "_total" : ""))
                        .toList());
    }

    private static String section(String heading)
            throws IOException
    {
        String page = Files.readString(PAGE);
        int start = page.indexOf("\n" + heading + "\n") + 1;
        assertThat(start).isPositive();
        int end = page.indexOf("\n## ", start);
        return page.substring(start, end < 0 ? page.length() : end);
    }
}
