package io.icegate.receiver;

import io.airlift.configuration.Config;
import io.airlift.http.server.HttpServerConfig;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.telemetry.TelemetryConfig;
import io.icegate.server.StoreConfig;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.access.TenantHeader;
import io.icegate.server.tls.TlsConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page for operators names every setting with its default, and no other.
 */
final class TestReceiverDocumentation
{
    private static final Path PAGE = Path.of("..", "docs", "operations", "receiver.md");
    private static final Pattern BOUND = Pattern.compile("static final (?:int|long|Duration) (\\w+_(?:MAX|MIN))\\b");
    private static final Pattern METRIC = Pattern.compile("(?m)^\\| `(\\w+)` \\|");
    private static final Pattern NAME = Pattern.compile("icegate_\\w+");
    private static final Pattern KEY = Pattern.compile("`([^`]+)`");

    @Test
    void testSettings()
            throws Exception
    {
        Map<String, String> documented = documented();
        Map<String, Object> defaults = defaults();
        assertThat(documented.keySet()).isEqualTo(defaults.keySet());
        defaults.forEach((key, value) -> {
            String text = requireNonNull(documented.get(key));
            switch (value) {
                case Optional<?> optional -> assertThat(optional).as(key).isEmpty();
                case DataSize size when key.equals("icegate.ingest.memory-budget") -> {
                    assertThat(text).isEqualTo("a quarter of the heap");
                    assertThat(size).isEqualTo(DataSize.succinctBytes(Runtime.getRuntime().maxMemory() / 4));
                }
                case DataSize size -> assertThat(DataSize.valueOf(text)).as(key).isEqualTo(size);
                case Duration duration -> assertThat(Duration.valueOf(text)).as(key).isEqualTo(duration);
                case Double number -> assertThat(Double.valueOf(text)).as(key).isEqualTo(number);
                case List<?> list when list.isEmpty() -> assertThat(text).as(key).isEqualTo("none");
                case List<?> list -> assertThat(List.of(text.split(" "))).as(key).isEqualTo(list);
                case String string when string.isEmpty() -> assertThat(text).as(key).isEqualTo("none");
                default -> assertThat(text.replace("`", "")).as(key).isEqualTo(value.toString());
            }
        });
    }

    /**
     * Every fixed limit has its row, and every setting that is a limit too.
     */
    @Test
    void testLimits()
            throws Exception
    {
        String text = Files.readString(PAGE);
        String limits = text.substring(text.indexOf("## Limits"), text.indexOf("## Answers"));
        List<String> cells = limits.lines().filter(line -> line.startsWith("| ")).map(line -> line.split("\\|")[2].strip()).toList();
        DecodeLimits fixed = new OtlpConfig().decodeLimits();
        assertThat(cells).contains(
                Integer.toString(fixed.depthMax()),
                Integer.toString(fixed.messagesMax()),
                Integer.toString(fixed.attributesMax()),
                Integer.toString(fixed.recordsMax()),
                Long.toString(fixed.valuesMax()),
                "`icegate.otlp.max-value-size`",
                "`icegate.otlp.max-event-age` back, `icegate.otlp.max-event-lead` ahead",
                "`icegate.otlp.max-request-size`",
                "`icegate.otlp.max-compressed-size`",
                "`icegate.ingest.memory-budget`");
        assertThat(cells.stream().filter(cell -> cell.matches("[0-9]+")).map(Long::valueOf))
                .as("numbers without a limit in the code")
                .allMatch(List.of((long) fixed.depthMax(), (long) fixed.messagesMax(), (long) fixed.attributesMax(), (long) fixed.recordsMax(), fixed.valuesMax(), 100_000L, 1_000L, 8_192L, 16_384L, 268_435_456L, 256L, 2_048L)::contains);
    }

    /**
     * Every constant that bounds something is on the page, or is known to be of no interest to its readers.
     */
    @Test
    void testBounds()
            throws Exception
    {
        Map<String, String> documented = Map.ofEntries(
                Map.entry("decode.RequestContext.REPEATED_BYTES_MAX", "| bytes that the records of one request repeat of their resources, scopes and metrics: in `otlp_residual`, and of texts after compression | %s |"),
                Map.entry("decode.json.JsonTranscoder.JSON_DEPTH_MAX", "| levels of JSON | %s |"),
                Map.entry("decode.json.JsonScalars.NUMBER_LENGTH_MAX", "| characters of a number in JSON | %s |"),
                Map.entry("otlp.GrpcServer.CALLS_PER_CONNECTION_MAX", "| calls at the same time on one gRPC connection | %s |"),
                Map.entry("otlp.BoundedBody.REQUEST_BYTES_MIN", "| bytes that the smallest request takes of that memory | %s |"),
                Map.entry("otlp.GrpcServer.HEADER_BYTES_MAX", "| bytes of the headers of a gRPC call | %s |"),
                Map.entry("otlp.GrpcServer.KEEP_ALIVE_MIN", "| time between two pings of a gRPC client | %s at least |"),
                Map.entry("otlp.OtlpStatus.MESSAGE_LENGTH_MAX", "| characters of a message in an answer | %s |"),
                Map.entry("ingest.SignalIngest.RETRY_MIN", "| time that a client is asked to wait | %s to"),
                Map.entry("ingest.SignalIngest.RETRY_MAX", "| time that a client is asked to wait | 1 s to %s |"),
                Map.entry("Receiver.RECENT_BATCHES_MAX", "| requests remembered to recognise those that are sent again | %s,"),
                Map.entry("telemetry.LogCapture.LINES_MAX", "| own warnings that wait to be stored | %s |"),
                Map.entry("telemetry.LogCapture.MESSAGE_LENGTH_MAX", "| characters of an own warning; of its stack trace | %s; "),
                Map.entry("telemetry.LogCapture.STACK_TRACE_LENGTH_MAX", "| characters of an own warning; of its stack trace | 1000; %s |"),
                Map.entry("telemetry.SpanBuffer.SPANS_MAX", "| own spans that wait to be stored | %s |"),
                Map.entry("ingest.TenantQuotas.TENANTS_MAX", "| tenants whose rates are remembered | %s |"),
                Map.entry("ingest.SegmentBatcher.REQUEST_WAIT_MAX", "| time that a request waits in memory for its segment | %s |"),
                Map.entry("ingest.FileBudget.SAVED_MAX", "after a burst of %s worth of files"),
                Map.entry("commit.TableSession.UNCONFIRMED_MAX", "Without an answer of the catalog for %s nothing is acknowledged"));
        List<String> ofNoInterest = List.of(
                "otlp.SnappyBlock.RATIO_MAX", // of the format
                "decode.json.WireWriter.VARINT_BYTES_MAX", // of the format
                "decode.MessageCounter.MESSAGE_BYTES_MIN", // of the format
                "decode.wire.WireSpanDecoder.MESSAGE_BYTES_MIN", // of the format
                "decode.wire.WireMetricDecoder.MESSAGE_BYTES_MIN", // of the format
                "decode.ValueDecoder.UTF8_BYTES_MAX", // of the format
                "decode.json.JsonScalars.EXPONENT_MAX", // beyond 64 bits
                "decode.json.UnknownKeys.KEYS_MAX", // of a remark
                "ClientNames.NAMES_MAX", // of a metric
                "ClientNames.USER_AGENT_LENGTH_MAX", // of a metric
                "ingest.WindowPolicy.WINDOW_MIN", // of a measurement
                "ingest.WindowPolicy.SAMPLES_MAX", // of a measurement
                "commit.TableSession.COMMITS_PER_ROUND_MAX"); // the next round goes on
        String page = Files.readString(PAGE);
        Set<String> found = new TreeSet<>();
        Path root = Path.of("src", "main", "java", "io", "icegate", "receiver");
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String type = root.relativize(file).toString().replace(".java", "").replace(File.separatorChar, '.');
                BOUND.matcher(Files.readString(file)).results().forEach(match -> found.add(type + "." + match.group(1)));
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(Stream.concat(documented.keySet().stream(), ofNoInterest.stream()).toList());
        for (Map.Entry<String, String> entry : documented.entrySet()) {
            int dot = entry.getKey().lastIndexOf('.');
            Field field = Class.forName("io.icegate.receiver." + entry.getKey().substring(0, dot)).getDeclaredField(entry.getKey().substring(dot + 1));
            field.setAccessible(true);
            Object value = field.get(null);
            assertThat(page).as(entry.getKey()).contains(entry.getValue().formatted(value instanceof java.time.Duration time ? time.toSeconds() + " s" : value));
        }
        assertThat(page).contains("| a tenant | 128 characters |");
        assertThat(TenantHeader.PATTERN).endsWith("{1,128}");
        assertThat(new HttpServerConfig().getMaxRequestHeaderSize()).as("Jetty's own default of 8 kB").isNull();
    }

    /**
     * The page about dashboards has a line for each metric of {@code /metrics}, and for no other.
     */
    @Test
    void testMetrics()
            throws Exception
    {
        PrometheusRegistry registry = new PrometheusRegistry();
        new ReceiverMetrics(registry, new Admission(1)).ofSelf();
        List<String> metrics = registry.scrape().stream().map(snapshot -> snapshot.getMetadata().getPrometheusName() + (snapshot instanceof CounterSnapshot ? "_total" : "")).toList();
        String page = Files.readString(PAGE.resolveSibling("dashboard.md"));
        String lines = page.substring(page.indexOf("## Each metric"), page.indexOf("## Queries"));
        assertThat(METRIC.matcher(lines).results().map(match -> match.group(1))).containsExactlyInAnyOrderElementsOf(metrics);
        assertThat(NAME.matcher(page).results().map(MatchResult::group).map(name -> name.replaceFirst("_total$", "")))
                .as("in queries and alerts")
                .isSubsetOf(metrics.stream().map(name -> name.replaceFirst("_total$", "")).toList());
    }

    private static Map<String, String> documented()
            throws Exception
    {
        String text = Files.readString(PAGE);
        String settings = text.substring(text.indexOf("## Settings"), text.indexOf("## The window"));
        Map<String, String> documented = new TreeMap<>();
        for (String line : settings.split("\n")) {
            String[] cells = line.split("\\|");
            if (cells.length < 4 || !cells[1].contains("`")) {
                continue;
            }
            List<String> keys = new ArrayList<>();
            Matcher matcher = KEY.matcher(cells[1]);
            while (matcher.find()) {
                keys.add(matcher.group(1));
            }
            List<String> defaults = Arrays.asList(cells[2].strip().split(", "));
            for (int i = 0; i < keys.size(); i++) {
                documented.put(keys.get(i), defaults.size() == keys.size() ? defaults.get(i) : cells[2].strip());
            }
        }
        return documented;
    }

    private static Map<String, Object> defaults()
            throws Exception
    {
        Map<String, Object> defaults = new TreeMap<>();
        for (Object config : List.of(new ReceiverConfig(), new StoreConfig(), new AccessConfig(), new TlsConfig(), new OtlpConfig(), new IngestConfig(), new CommitConfig(), new TelemetryConfig())) {
            for (Method method : config.getClass().getMethods()) {
                Config annotation = method.getAnnotation(Config.class);
                if (annotation != null) {
                    Object value = getter(config.getClass(), method.getName().substring("set".length())).invoke(config);
                    defaults.put(annotation.value(), value == null ? "required" : value);
                }
            }
        }
        return defaults;
    }

    private static Method getter(Class<?> type, String property)
            throws NoSuchMethodException
    {
        try {
            return type.getMethod("get" + property);
        }
        catch (NoSuchMethodException e) {
            return type.getMethod("is" + property);
        }
    }
}
