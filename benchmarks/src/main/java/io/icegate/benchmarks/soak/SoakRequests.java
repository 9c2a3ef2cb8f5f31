package io.icegate.benchmarks.soak;

import com.google.protobuf.ByteString;
import io.icegate.benchmarks.Payload;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

import static java.util.Objects.requireNonNull;

/**
 * The requests of one client. Its records are numbered without a gap, and the number is an attribute of the record.
 */
final class SoakRequests
{
    static final String NAMESPACE = "soak";
    static final String NUMBER = "soak.number";
    private static final int SERVICES = 12;
    private static final int PODS = 4;
    private static final int ERRORS_ONE_IN = 50;
    private static final List<String> ROUTES = List.of("/api/v1/orders", "/api/v1/carts", "/api/v1/users", "/api/v1/items", "/api/v1/offers", "/api/v1/payments");
    private static final List<String> OUTCOMES = List.of("accepted", "completed", "retried", "delayed", "cached", "refused");

    private final Payload payload;
    private final String client;
    private final InstrumentationScope scope = InstrumentationScope.newBuilder().setName("soak").setVersion("1.0").build();
    private final SplittableRandom random;

    SoakRequests(Payload payload, String client)
    {
        this.payload = requireNonNull(payload, "payload is null");
        this.client = requireNonNull(client, "client is null");
        this.random = new SplittableRandom(client.hashCode());
    }

    /**
     * A request with so many records from the number on.
     */
    byte[] request(long number, int count, Instant now)
    {
        long nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        Resource resource = resource((int) (number / count % SERVICES));
        return switch (payload) {
            case LOGS -> logs(resource, number, count, nanos);
            case SPANS -> spans(resource, number, count, nanos);
            case METRICS -> metrics(resource, number, count, nanos);
        };
    }

    private byte[] logs(Resource resource, long number, int count, long nanos)
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder().setScope(scope);
        for (int index = 0; index < count; index++) {
            boolean failed = random.nextInt(ERRORS_ONE_IN) == 0;
            LogRecord.Builder record = LogRecord.newBuilder()
                    .setTimeUnixNano(nanos + index)
                    .setObservedTimeUnixNano(nanos + index)
                    .setSeverityNumberValue(failed ? 17 : 9)
                    .setSeverityText(failed ? "ERROR" : "INFO")
                    .setBody(AnyValue.newBuilder().setStringValue("Request to %s was %s after %s ms by worker %s".formatted(route(), random(OUTCOMES), random.nextInt(900), random.nextInt(16))))
                    .setTraceId(id(2))
                    .setSpanId(id(1));
            logs.addLogRecords(record.addAllAttributes(attributes(number + index)));
        }
        return ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(logs)).build().toByteArray();
    }

    private byte[] spans(Resource resource, long number, int count, long nanos)
    {
        ScopeSpans.Builder spans = ScopeSpans.newBuilder().setScope(scope);
        for (int index = 0; index < count; index++) {
            boolean failed = random.nextInt(ERRORS_ONE_IN) == 0;
            Span.Builder span = Span.newBuilder()
                    .setTraceId(id(2))
                    .setSpanId(id(1))
                    .setParentSpanId(id(1))
                    .setName("GET " + route())
                    .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                    .setStartTimeUnixNano(nanos + index)
                    .setEndTimeUnixNano(nanos + index + random.nextInt(500_000_000))
                    .setStatus(Status.newBuilder().setCodeValue(failed ? Status.StatusCode.STATUS_CODE_ERROR_VALUE : Status.StatusCode.STATUS_CODE_OK_VALUE));
            if (failed) {
                span.addEvents(Span.Event.newBuilder().setTimeUnixNano(nanos + index).setName("exception").addAttributes(attribute("exception.message", "timed out")));
            }
            spans.addSpans(span.addAllAttributes(attributes(number + index)));
        }
        return ExportTraceServiceRequest.newBuilder().addResourceSpans(ResourceSpans.newBuilder().setResource(resource).addScopeSpans(spans)).build().toByteArray();
    }

    private byte[] metrics(Resource resource, long number, int count, long nanos)
    {
        ScopeMetrics.Builder metrics = ScopeMetrics.newBuilder().setScope(scope);
        Gauge.Builder memory = Gauge.newBuilder();
        Sum.Builder requests = Sum.newBuilder().setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE).setIsMonotonic(true);
        for (int index = 0; index < count; index++) {
            NumberDataPoint.Builder point = NumberDataPoint.newBuilder().setTimeUnixNano(nanos + index).addAllAttributes(attributes(number + index));
            if (index % 2 == 0) {
                memory.addDataPoints(point.setAsDouble(random.nextDouble(1e9)));
            }
            else {
                requests.addDataPoints(point.setAsInt(number + index));
            }
        }
        metrics.addMetrics(Metric.newBuilder().setName("process.memory.usage").setUnit("By").setGauge(memory));
        metrics.addMetrics(Metric.newBuilder().setName("http.server.requests").setUnit("{request}").setSum(requests));
        return ExportMetricsServiceRequest.newBuilder().addResourceMetrics(ResourceMetrics.newBuilder().setResource(resource).addScopeMetrics(metrics)).build().toByteArray();
    }

    private Resource resource(int service)
    {
        return Resource.newBuilder()
                .addAttributes(attribute("service.namespace", NAMESPACE))
                .addAttributes(attribute("service.name", "shop-" + service))
                .addAttributes(attribute("service.instance.id", client))
                .addAttributes(attribute("service.version", "1.4.2"))
                .addAttributes(attribute("k8s.pod.name", "shop-%s-%s".formatted(service, random.nextInt(PODS))))
                .addAttributes(attribute("telemetry.sdk.language", "java"))
                .build();
    }

    private List<KeyValue> attributes(long number)
    {
        return List.of(
                attribute(NUMBER, Long.toString(number)),
                attribute("http.route", route()),
                attribute("http.request.method", random.nextInt(3) == 0 ? "POST" : "GET"),
                attribute("thread.name", "worker-" + random.nextInt(16)),
                attribute("user.id", "user-%05d".formatted(random.nextInt(20_000))));
    }

    private String route()
    {
        return random(ROUTES);
    }

    private String random(List<String> values)
    {
        return values.get(random.nextInt(values.size()));
    }

    private ByteString id(int longs)
    {
        ByteString.Output out = ByteString.newOutput(longs * Long.BYTES);
        for (int part = 0; part < longs * Long.BYTES; part++) {
            out.write(1 + random.nextInt(255));
        }
        return out.toByteString();
    }

    private static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }
}
