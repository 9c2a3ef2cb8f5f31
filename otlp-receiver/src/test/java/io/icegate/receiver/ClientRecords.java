package io.icegate.receiver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * What the clients of {@code src/test/clients} and {@link JavaSender} send, as the tables must hold it. Where clients differ, it is
 * because they send something else.
 *
 * @param json whether the client writes JSON
 */
record ClientRecords(Client client, boolean json, Instant start, Instant end)
{
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "53995c3f42cd8ad8";
    private static final String STATE = "vendor=1,other=2";

    private static final Pattern EXEMPLAR_TIME = Pattern.compile("(exemplars=\\[\\{span_id=\\w+, )time_unix_nano=\\d+, ");

    enum Client
    {
        JAVASCRIPT,
        PYTHON,
        JAVA,
    }

    ClientRecords
    {
        requireNonNull(client, "client is null");
        requireNonNull(start, "start is null");
        requireNonNull(end, "end is null");
    }

    /**
     * A row as far as the client determines it.
     */
    String told(String row)
    {
        return client == Client.JAVA ? EXEMPLAR_TIME.matcher(row).replaceAll("$1") : row;
    }

    List<String> of(String table)
    {
        return switch (table) {
            case "logs" -> logs();
            case "spans" -> spans();
            case "metrics" -> metrics();
            default -> throw new IllegalArgumentException(table);
        };
    }

    private boolean javaScript()
    {
        return client == Client.JAVASCRIPT;
    }

    /**
     * The text that ends in half a character. Python sends no such text.
     */
    private String cut()
    {
        return client == Client.JAVA ? "half ?" : "half \uFFFD";
    }

    private String attributes()
    {
        Map<String, String> attributes = new TreeMap<>(Map.of(
                "text", "s:naïve 🙂",
                "none", "s:",
                "safe", "i:9007199254740991",
                "negative", "i:-3",
                "real", "d:0.5",
                "tiny", "d:4.9E-324",
                "yes", "b:true",
                "list", "a:[\"a\",1,[true,0.5],[]]",
                "map", "k:{\"k\":{\"n\":1,\"empty\":{}},\"l\":[\"x\"]}",
                "nothing", "e:null"));
        attributes.put("bytes", "y:AP8Q");
        // JavaScript writes null for them in JSON
        boolean lossy = javaScript() && json;
        attributes.put("nan", lossy ? "e:null" : "d:NaN");
        attributes.put("infinity", lossy ? "e:null" : "d:-Infinity");
        // in the JSON of JavaScript it is -9223372036854776000, which the same double stands for
        attributes.put("min", "i:-9223372036854775808");
        if (javaScript()) {
            attributes.put("beyond", "d:9.223372036854776E18");
            attributes.put("huge", "d:1.0E21");
            attributes.put("half \uFFFD", "s:in a key");
        }
        else {
            attributes.put("max", "i:9223372036854775807");
        }
        if (client != Client.PYTHON) {
            attributes.put("cut", "s:" + cut());
        }
        return attributes.toString();
    }

    private Map<String, String> common()
    {
        return new TreeMap<>(Map.of(
                "resource_attributes", "{host.cpus=i:8, service.name=s:shop}",
                "resource_schema_url", "https://schema.test/r",
                "scope_name", "lib",
                "scope_schema_url", "https://schema.test/s",
                "scope_version", "1.2",
                "service_name", "shop"));
    }

    @SafeVarargs
    private static String row(Map<String, String> common, Map<String, String>... further)
    {
        Map<String, String> fields = new TreeMap<>(common);
        for (Map<String, String> each : further) {
            fields.putAll(each);
        }
        return fields.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining("\n"));
    }

    private List<String> logs()
    {
        Map<String, String> all = common();
        all.putAll(Map.of(
                "event_name", "checkout",
                "observed_time_unix_nano", nanos(end),
                "severity_number", "17",
                "severity_text", "ERROR",
                "time_unix_nano", nanos(start)));
        if (javaScript()) {
            all.put("dropped_attributes_count", "3");
        }
        String usual = row(all, Map.of(
                "attributes", attributes(),
                "body", "{\"message\":\"naïve 🙂\",\"count\":2}",
                "body_type", "k",
                "flags", "1",
                "span_id", SPAN,
                "trace_id", TRACE));
        return javaScript() ? List.of(usual, row(all, Map.of("body", "odd ids", "trace_id", "abcd", "otlp_residual", "kept"))) : List.of(usual);
    }

    private List<String> spans()
    {
        Map<String, String> all = common();
        all.putAll(Map.of(
                "duration_nanos", Long.toString(Duration.between(start, end).toNanos()),
                "end_time_unix_nano", nanos(end),
                "kind", "3",
                "start_time_unix_nano", nanos(start),
                "status_code", "2",
                "status_message", client == Client.PYTHON ? "no" : cut()));
        if (javaScript()) {
            all.putAll(Map.of("dropped_attributes_count", "1", "dropped_events_count", "2", "dropped_links_count", "3"));
        }
        // Python sends the flags without those of W3C, and links without their state
        String usual = row(all, Map.of(
                "attributes", attributes(),
                "events", "[{attributes={attempt=i:2, nested=k:{\"a\":[1]}}, %sname=retry, time_unix_nano=%s}]".formatted(javaScript() ? "dropped_attributes_count=4, " : "", nanos(end)),
                "flags", client == Client.PYTHON ? "768" : "769",
                "links", client == Client.PYTHON
                        ? "[{attributes={why=s:batch}, flags=256, span_id=%s, trace_id=%s}]".formatted(PARENT, TRACE)
                        : "[{attributes={why=s:batch}, flags=257, span_id=%s, trace_id=%s, trace_state=%s}]".formatted(PARENT, TRACE, STATE),
                "name", "GET /",
                "parent_span_id", PARENT,
                "span_id", SPAN,
                "trace_id", TRACE,
                "trace_state", STATE));
        return javaScript() ? List.of(usual, row(all, Map.of("name", "odd ids", "flags", "257", "trace_id", "abcd", "otlp_residual", "kept"))) : List.of(usual);
    }

    private List<String> metrics()
    {
        Map<String, String> gauge = metric("gauge", "gauge");
        if (client == Client.PYTHON) {
            gauge.remove("start_time_unix_nano");
        }
        boolean lossy = javaScript() && json;
        String delta = client == Client.JAVA ? "2" : "1";
        Map<String, String> cumulative = Map.of("aggregation_temporality", "2");
        Map<String, String> exemplars = javaScript() ? Map.of() : Map.of("exemplars", exemplars());
        Stream<String> ofAll = Stream.of(
                row(gauge, Map.of("attributes", attributes(), "value_int", "9007199254740991")),
                row(metric("sum", "sum"), Map.of("aggregation_temporality", delta, "is_monotonic", "false", "value_int", "-9223372036854775808")),
                row(metric("sum.real", "sum"), cumulative, exemplars, Map.of("is_monotonic", "true", "value_double", "4.9E-324")),
                row(metric("histogram", "histogram"), cumulative, histogram()),
                row(metric("exponential", "exponential_histogram"), cumulative, exponentialHistogram()));
        gauge.put("metric_name", "gauge.nan");
        // the Java SDK takes no NaN
        Stream<String> notANumber = client == Client.JAVA ? Stream.of() : Stream.of(row(gauge, lossy ? Map.of() : Map.of("value_double", "NaN")));
        return Stream.concat(ofAll, notANumber).toList();
    }

    private Map<String, String> metric(String name, String type)
    {
        Map<String, String> fields = common();
        fields.putAll(Map.of(
                "description", "naïve 🙂",
                "metric_name", name,
                "metric_type", type,
                "start_time_unix_nano", nanos(client == Client.JAVA ? end : start),
                "time_unix_nano", nanos(end),
                "unit", "1"));
        return fields;
    }

    /**
     * Without the time in Java, whose SDK has another clock for it.
     */
    private String exemplars()
    {
        return client == Client.JAVA
                ? "[{span_id=%s, trace_id=%s, value_double=4.9E-324}]".formatted(SPAN, TRACE)
                : "[{filtered_attributes={why=s:slow}, span_id=%s, time_unix_nano=%s, trace_id=%s, value_double=0.5}]".formatted(SPAN, nanos(end), TRACE);
    }

    private Map<String, String> histogram()
    {
        return client == Client.JAVA
                ? Map.of("bucket_counts", "[1, 1, 1]", "count", "3", "explicit_bounds", "[0.5, 10.0]", "max", "11.0", "min", "0.25", "sum", "14.25")
                : Map.of("bucket_counts", "[1, 0, 9007199254740991]", "count", "4503599627370496", "explicit_bounds", "[0.5, 10.0]", "max", "11.0", "min", "-1.0", "sum", "12.5");
    }

    private Map<String, String> exponentialHistogram()
    {
        return client == Client.JAVA
                ? Map.of("count", "3", "max", "4.0", "min", "0.0", "positive", "{bucket_counts=[1, 0, 1], offset=-1}", "sum", "5.0", "zero_count", "1", "zero_threshold", "0.0")
                : Map.of(
                "count", "7",
                "max", "9.0",
                "min", "0.0",
                "negative", "{bucket_counts=[3], offset=4}",
                "positive", "{bucket_counts=[1, 2], offset=-3}",
                "scale", "-2",
                "sum", "12.5",
                "zero_count", "1",
                "zero_threshold", "0.0");
    }

    private static String nanos(Instant time)
    {
        return Long.toString(time.getEpochSecond() * 1_000_000_000L + time.getNano());
    }
}
