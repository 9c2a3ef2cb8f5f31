package io.icegate.receiver;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static io.icegate.receiver.Deadlines.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole way of a metric, from an exporter to the committed rows of the table as Iceberg's generic reader finds them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestMetricsPath
{
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");

    private final TestingReceiver receiver = new TestingReceiver(Map.of("icegate.commit.interval", "100ms", "icegate.tenant.default", "acme"));

    private final HttpClient http = HttpClient.newHttpClient();

    @AfterAll
    void stop()
    {
        http.shutdownNow();
        receiver.close();
    }

    @Test
    void testSdkOverGrpc()
            throws Exception
    {
        export(OtlpGrpcMetricExporter.builder().setEndpoint("http://localhost:" + receiver.grpcPort()).setTimeout(PATIENCE).build(), "grpc");
    }

    @Test
    void testSdkOverHttp()
            throws Exception
    {
        export(OtlpHttpMetricExporter.builder().setEndpoint("http://localhost:%s/v1/metrics".formatted(receiver.httpPort())).setTimeout(PATIENCE).setCompression("gzip").build(), "http");
    }

    private void export(MetricExporter exporter, String name)
            throws Exception
    {
        try (SdkMeterProvider provider = SdkMeterProvider.builder()
                .registerMetricReader(PeriodicMetricReader.builder(exporter).setInterval(Duration.ofDays(1)).build())
                .registerView(InstrumentSelector.builder().setName(name + ".exponential").build(), View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
                .build()) {
            Meter meter = provider.get("test");
            LongCounter counter = meter.counterBuilder(name + ".counter").setUnit("1").setDescription("Counts").build();
            for (long i = 0; i < 100; i++) {
                counter.add(i, Attributes.of(NUMBER, i));
            }
            meter.gaugeBuilder(name + ".gauge").build().set(0.5);
            DoubleHistogram histogram = meter.histogramBuilder(name + ".histogram").setExplicitBucketBoundariesAdvice(List.of(1.0, 10.0)).build();
            DoubleHistogram exponential = meter.histogramBuilder(name + ".exponential").build();
            for (double value : new double[] {0, 0.5, 5, 50}) {
                histogram.record(value);
                exponential.record(value);
            }
            assertThat(provider.forceFlush().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess()).isTrue();
            eventually("all is committed", () -> committed(name + ".counter").size() == 100 && committed(name + ".exponential").size() == 1);
        }
        assertThat(committed(name + ".counter").subList(0, 100)).allSatisfy(row -> {
            assertThat(List.of(row.getField("metric_type"), row.getField("unit"), row.getField("description"), row.getField("aggregation_temporality"), row.getField("is_monotonic")))
                    .containsExactly("sum", "1", "Counts", 2, true);
            assertThat(row.getField("attributes")).isEqualTo(Map.of("number", row.getField("value_int").toString()));
            assertThat(row.getField("attribute_types")).isEqualTo("i");
            assertThat(row.getField("otlp_residual")).isNull();
        });
        Record gauge = committed(name + ".gauge").getFirst();
        assertThat(List.of(gauge.getField("metric_type"), gauge.getField("value_double"))).containsExactly("gauge", 0.5);
        Record histogram = committed(name + ".histogram").getFirst();
        assertThat(List.of(histogram.getField("metric_type"), histogram.getField("count"), histogram.getField("sum"), histogram.getField("min"), histogram.getField("max")))
                .containsExactly("histogram", 4L, 55.5, 0.0, 50.0);
        assertThat(histogram.getField("bucket_counts")).isEqualTo(List.of(2L, 1L, 1L));
        assertThat(histogram.getField("explicit_bounds")).isEqualTo(List.of(1.0, 10.0));
        Record exponential = committed(name + ".exponential").getFirst();
        assertThat(List.of(exponential.getField("metric_type"), exponential.getField("count"), exponential.getField("zero_count"))).containsExactly("exponential_histogram", 4L, 1L);
        List<?> buckets = (List<?>) ((Record) exponential.getField("positive")).getField("bucket_counts");
        assertThat(buckets.stream().mapToLong(Long.class::cast).sum()).isEqualTo(3);
    }

    @Test
    void testOneBadPointCostsNoNeighbour()
            throws Exception
    {
        long now = Instant.now().getEpochSecond() * 1_000_000_000L;
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/metrics".formatted(receiver.httpPort())))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(
                                """
                                {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "bad", "sum": {"dataPoints": [
                                    {"asInt": 1, "timeUnixNano": "%s"}, {"asInt": "x"}, {"asDouble": "NaN", "timeUnixNano": "%s"}, {"flags": -1}]}}]}]}]}
                                """.formatted(now, now).getBytes(UTF_8)))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"rejectedDataPoints\":\"2\"", "2 records not stored, first resourceMetrics/0/scopeMetrics/0/metrics/0/sum/dataPoints/1: asInt is not an integer");
        eventually("all is committed", () -> committed("bad").size() == 2);
        assertThat(committed("bad")).extracting(row -> row.getField("value_int")).containsExactlyInAnyOrder(1L, null);
        assertThat(committed("bad")).extracting(row -> row.getField("value_double")).containsExactlyInAnyOrder(Double.NaN, null);
    }

    private List<Record> committed(String metric)
            throws Exception
    {
        List<Record> found = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(StoredLogs.catalog(receiver.warehouse()).loadTable(TableIdentifier.of("otel", "metrics"))).build()) {
            rows.forEach(row -> {
                if (metric.equals(row.getField("metric_name"))) {
                    found.add(row);
                }
            });
        }
        return found;
    }
}
