package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Payload;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestSoakRequests
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void testRecordsAreNumbered()
            throws Exception
    {
        Stream<List<KeyValue>> logs = ExportLogsServiceRequest.parseFrom(request(Payload.LOGS)).getResourceLogs(0).getScopeLogs(0).getLogRecordsList().stream().map(LogRecord::getAttributesList);
        assertThat(numbers(logs)).isEqualTo(expected());
        Stream<List<KeyValue>> spans = ExportTraceServiceRequest.parseFrom(request(Payload.SPANS)).getResourceSpans(0).getScopeSpans(0).getSpansList().stream().map(Span::getAttributesList);
        assertThat(numbers(spans)).isEqualTo(expected());
        Stream<List<KeyValue>> points = ExportMetricsServiceRequest.parseFrom(request(Payload.METRICS)).getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream()
                .flatMap(TestSoakRequests::points)
                .map(NumberDataPoint::getAttributesList);
        assertThat(numbers(points).stream().sorted().toList()).isEqualTo(expected());
    }

    private static Stream<NumberDataPoint> points(Metric metric)
    {
        return metric.hasGauge() ? metric.getGauge().getDataPointsList().stream() : metric.getSum().getDataPointsList().stream();
    }

    private static byte[] request(Payload payload)
    {
        return new SoakRequests(payload, "client-0").request(300, 100, NOW);
    }

    private static List<Long> numbers(Stream<List<KeyValue>> records)
    {
        return records
                .map(attributes -> attributes.stream().filter(attribute -> attribute.getKey().equals(SoakRequests.NUMBER)).findFirst().orElseThrow())
                .map(attribute -> Long.valueOf(attribute.getValue().getStringValue()))
                .toList();
    }

    private static List<Long> expected()
    {
        return LongStream.range(300, 400).boxed().toList();
    }
}
