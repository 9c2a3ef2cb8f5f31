package io.icegate.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the benchmarks run and print what they promise; what they measure in so short a time means nothing.
 */
@Order(1) // takes longest, so that others run beside it
final class TestBench
{
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testIngest()
            throws Exception
    {
        List<JsonNode> results = results("ingest", "--signal", "logs", "--put-millis", "60", "--clients", "2", "--records", "100", "--warm-up", "0", "--seconds", "1");
        assertThat(results).extracting(result -> result.get("store").asText()).containsExactly("S3, PUT + 60 ms");
        assertThat(results).allSatisfy(TestBench::checkIngest);
    }

    @Test
    void testSteadyIngest()
            throws Exception
    {
        List<JsonNode> results = results("ingest", "--steady", "1", "--folder", "--protocols", "GRPC", "--clients", "2", "--records", "100", "--warm-up", "0");
        assertThat(results).extracting(result -> result.get("signal").asText()).containsExactly("logs", "spans", "metrics");
        assertThat(results).allSatisfy(TestBench::checkIngest);
        assertThat(results).allSatisfy(result -> assertThat(result.get("ack_ms_p50_by_10_s")).isNotEmpty());
    }

    private static void checkIngest(JsonNode result)
    {
        assertThat(result.get("records").asLong()).isPositive();
        assertThat(result.get("acknowledged_and_stored").asLong()).isGreaterThanOrEqualTo(result.get("records").asLong());
        assertThat(result.get("records_per_cpu_second").asLong()).isPositive();
        assertThat(result.get("ack_ms_p50").asDouble()).isPositive();
        assertThat(result.get("ack_ms_p99").asDouble()).isGreaterThanOrEqualTo(result.get("ack_ms_p50").asDouble());
        assertThat(result.get("wal_bytes_per_record").asDouble()).isPositive();
        assertThat(result.get("resident_mb_max").asLong()).isGreaterThanOrEqualTo(result.get("resident_mb_loaded").asLong()).isPositive();
    }

    @Test
    void testEncode()
            throws Exception
    {
        List<JsonNode> results = results("encode", "--seconds", "0.1");
        assertThat(results).extracting(result -> result.get("signal").asText()).containsExactly("logs", "logs", "spans", "spans", "metrics", "metrics");
        assertThat(results).allSatisfy(result -> {
            assertThat(result.get("records_per_cpu_second").asLong()).isPositive();
            assertThat(result.get("bytes_per_record").asDouble()).isPositive();
        });
    }

    @Test
    void testMerge()
            throws Exception
    {
        List<JsonNode> results = results("merge", "--megabytes", "1", "--generic-megabytes", "1", "--signals", "LOGS");
        assertThat(results).extracting(result -> result.get("system").asText()).containsExactly("Iceberg's generic reader and writer", "icegate");
        JsonNode merged = results.getLast();
        assertThat(merged.get("rows").asLong()).isPositive();
        assertThat(merged.get("files").asLong()).isLessThan(merged.get("segments").asLong());
        assertThat(merged.get("segment_megabytes_per_cpu_second").asDouble()).isPositive();
        assertThat(merged.get("bytes_out").asLong()).isPositive();
        assertThat(merged.get("heap_max_bytes").asLong()).isLessThanOrEqualTo(512L << 20);
    }

    @Test
    void testBytes()
            throws Exception
    {
        List<JsonNode> results = results("bytes", "--records", "8000", "--signals", "METRICS");
        assertThat(results).extracting(result -> result.get("signal").asText()).containsExactly("metrics");
        assertThat(results).allSatisfy(result -> assertThat(result.get("rewritten_bytes_per_record").asDouble()).isPositive());
    }

    @Test
    void testFreshness()
            throws Exception
    {
        List<JsonNode> results = results("freshness", "--probes", "2", "--warm-up", "0", "--latency-millis", "20");
        assertThat(results).extracting(result -> result.get("injected_millis").asInt()).containsExactly(20);
        assertThat(results).allSatisfy(result -> assertThat(result.get("freshness_ms_p99").asDouble()).isGreaterThanOrEqualTo(result.get("freshness_ms_p50").asDouble()));
    }

    @Test
    void testCatalog()
            throws Exception
    {
        List<JsonNode> results = results("catalog", "--commits", "1", "--peer-commits", "1", "--shapes", "1x8,2x4", "--rest-clients", "4", "--warm-up", "0", "--rest-warm-up", "0");
        assertThat(results).extracting(result -> result.get("catalog").asText() + " " + result.get("catalogs_x_threads").asText())
                .containsExactly(
                        "icegate 1x8",
                        "jdbc 1x8",
                        "hadoop 1x8",
                        "root-object 1x8",
                        "icegate 2x4",
                        "jdbc 2x4",
                        "hadoop 2x4",
                        "root-object 2x4",
                        "embedded 1x4",
                        "rest 1x4");
        assertThat(results).allSatisfy(result -> {
            int threads = Arrays.stream(result.get("catalogs_x_threads").asText().split("x", -1)).mapToInt(Integer::parseInt).reduce(1, (left, right) -> left * right);
            assertThat(result.get("commits").asInt()).isEqualTo(threads);
            assertThat(result.get("commits_per_second").asDouble()).isPositive();
        });
    }

    private List<JsonNode> results(String... arguments)
            throws Exception
    {
        List<String> command = Stream.of(Stream.of("bench"), Stream.of(arguments), Stream.of("--json")).flatMap(part -> part).toList();
        try (IceGateScript bench = IceGateScript.start(folder, Services.environment(Map.of()), command)) {
            bench.awaitEnd();
            assertThat(bench.exitValue()).as(bench.output()).isZero();
            JsonNode report = MAPPER.readTree(bench.output().lines().filter(line -> !Services.isOptionsNote(line)).collect(joining("\n")));
            assertThat(report.get("benchmark").asText()).isEqualTo(arguments[0]);
            assertThat(report.get("machine").get("cores").asInt()).isPositive();
            assertThat(report.get("versions").get("java").asText()).isNotEmpty();
            assertThat(report.get("settings")).isNotEmpty();
            return StreamSupport.stream(report.get("results").spliterator(), false).toList();
        }
    }
}
