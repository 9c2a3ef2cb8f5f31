package io.icegate.receiver;

import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.otlp.logs.LogsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.metrics.MetricsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records of all signals as the Java SDK makes them, for its exporters and for its writer of JSON.
 */
final class JavaSender
{
    private static final int PATIENCE_SECONDS = 60;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "53995c3f42cd8ad8";
    private static final String SCOPE_SCHEMA = "https://schema.test/s";
    private static final Base2ExponentialHistogramOptions BUCKETS = Base2ExponentialHistogramOptions.builder().setMaxBuckets(4).setMaxScale(20).build();
    private static final TraceState STATE = TraceState.builder().put("other", "2").put("vendor", "1").build();
    private static final Resource RESOURCE = Resource.create(Attributes.builder().put("service.name", "shop").put("host.cpus", 8).build(), "https://schema.test/r");
    private static final Attributes ATTRIBUTES = Attributes.builder()
            .put("text", "naïve 🙂")
            .put("none", "")
            .put("cut", "half \ud83d")
            .put("safe", 9007199254740991L)
            .put("negative", -3)
            .put("min", Long.MIN_VALUE)
            .put("max", Long.MAX_VALUE)
            .put("real", 0.5)
            .put("tiny", Double.MIN_VALUE)
            .put("nan", Double.NaN)
            .put("infinity", Double.NEGATIVE_INFINITY)
            .put("yes", true)
            .put(AttributeKey.valueKey("bytes"), Value.of(new byte[] {0, (byte) 0xFF, 0x10}))
            .put(AttributeKey.valueKey("list"), Value.of(Value.of("a"), Value.of(1), Value.of(Value.of(true), Value.of(0.5)), Value.of(List.of())))
            .put(
                    AttributeKey.valueKey("map"),
                    Value.of(
                            KeyValue.of("k", Value.of(KeyValue.of("n", Value.of(1)), KeyValue.of("empty", Value.of(Map.of())))),
                            KeyValue.of("l", Value.of(List.of(Value.of("x"))))))
            .put(AttributeKey.valueKey("nothing"), Value.empty())
            .build();

    private final Instant start;
    private final Instant end;
    private final URI grpc;
    private final URI http;

    JavaSender(Instant start, Instant end, URI grpc, URI http)
    {
        this.start = requireNonNull(start, "start is null");
        this.end = requireNonNull(end, "end is null");
        this.grpc = requireNonNull(grpc, "grpc is null");
        this.http = requireNonNull(http, "http is null");
    }

    private List<LogRecordData> logs()
    {
        List<LogRecordData> logs = new ArrayList<>();
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .setResource(RESOURCE)
                .addLogRecordProcessor((Context _, ReadWriteLogRecord record) -> logs.add(record.toLogRecordData()))
                .build()) {
            provider.loggerBuilder("lib").setInstrumentationVersion("1.2").setSchemaUrl(SCOPE_SCHEMA).build().logRecordBuilder()
                    .setTimestamp(start)
                    .setObservedTimestamp(end)
                    .setContext(Context.root().with(Span.wrap(SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()))))
                    .setSeverity(Severity.ERROR)
                    .setSeverityText("ERROR")
                    .setBody(Value.of(KeyValue.of("message", Value.of("naïve 🙂")), KeyValue.of("count", Value.of(2))))
                    .setEventName("checkout")
                    .setAllAttributes(ATTRIBUTES)
                    .emit();
        }
        return logs;
    }

    private List<SpanData> spans()
    {
        List<SpanData> spans = new ArrayList<>();
        try (SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(RESOURCE)
                .setIdGenerator(new FixedIds())
                .addSpanProcessor(new CollectedSpans(spans))
                .build()) {
            Span span = provider.tracerBuilder("lib").setInstrumentationVersion("1.2").setSchemaUrl(SCOPE_SCHEMA).build().spanBuilder("GET /")
                    .setParent(Context.root().with(Span.wrap(SpanContext.createFromRemoteParent(TRACE, PARENT, TraceFlags.getSampled(), STATE))))
                    .setSpanKind(SpanKind.CLIENT)
                    .setStartTimestamp(start)
                    .setAllAttributes(ATTRIBUTES)
                    .addLink(SpanContext.create(TRACE, PARENT, TraceFlags.getSampled(), STATE), Attributes.builder().put("why", "batch").build())
                    .startSpan();
            span.addEvent("retry", Attributes.builder().put("attempt", 2).put(AttributeKey.valueKey("nested"), Value.of(KeyValue.of("a", Value.of(List.of(Value.of(1)))))).build(), end);
            span.setStatus(StatusCode.ERROR, "half \ud83d");
            span.end(end);
        }
        return spans;
    }

    private Collection<MetricData> metrics()
    {
        CollectedMetrics reader = new CollectedMetrics();
        try (SdkMeterProvider provider = SdkMeterProvider.builder()
                .setResource(RESOURCE)
                .setClock(new FixedClock(end))
                .registerMetricReader(reader)
                .registerView(InstrumentSelector.builder().setName("exponential").build(), View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram(BUCKETS)).build())
                .build()) {
            Meter meter = provider.meterBuilder("lib").setInstrumentationVersion("1.2").setSchemaUrl(SCOPE_SCHEMA).build();
            meter.gaugeBuilder("gauge").ofLongs().setUnit("1").setDescription("naïve 🙂").build().set(9007199254740991L, ATTRIBUTES);
            LongUpDownCounter sum = meter.upDownCounterBuilder("sum").setUnit("1").setDescription("naïve 🙂").build();
            sum.add(Long.MIN_VALUE);
            DoubleCounter real = meter.counterBuilder("sum.real").ofDoubles().setUnit("1").setDescription("naïve 🙂").build();
            real.add(Double.MIN_VALUE, Attributes.empty(), Context.root().with(Span.wrap(SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()))));
            for (double value : new double[] {0.25, 3, 11}) {
                meter.histogramBuilder("histogram").setExplicitBucketBoundariesAdvice(List.of(0.5, 10.0)).setUnit("1").setDescription("naïve 🙂").build().record(value);
            }
            for (double value : new double[] {0, 1, 4}) {
                meter.histogramBuilder("exponential").setUnit("1").setDescription("naïve 🙂").build().record(value);
            }
            return reader.collect();
        }
    }

    void send(boolean overHttp, String compression, String tenant)
    {
        try (LogRecordExporter logs = logExporter(overHttp, compression, tenant);
                SpanExporter spans = spanExporter(overHttp, compression, tenant);
                MetricExporter metrics = metricExporter(overHttp, compression, tenant)) {
            for (CompletableResultCode result : List.of(logs.export(logs()), spans.export(spans()), metrics.export(metrics()))) {
                assertThat(result.join(PATIENCE_SECONDS, SECONDS).isSuccess()).as(tenant).isTrue();
            }
        }
    }

    private LogRecordExporter logExporter(boolean overHttp, String compression, String tenant)
    {
        return overHttp
                ? OtlpHttpLogRecordExporter.builder().setEndpoint(http.resolve("/v1/logs").toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build()
                : OtlpGrpcLogRecordExporter.builder().setEndpoint(grpc.toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build();
    }

    private SpanExporter spanExporter(boolean overHttp, String compression, String tenant)
    {
        return overHttp
                ? OtlpHttpSpanExporter.builder().setEndpoint(http.resolve("/v1/traces").toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build()
                : OtlpGrpcSpanExporter.builder().setEndpoint(grpc.toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build();
    }

    private MetricExporter metricExporter(boolean overHttp, String compression, String tenant)
    {
        return overHttp
                ? OtlpHttpMetricExporter.builder().setEndpoint(http.resolve("/v1/metrics").toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build()
                : OtlpGrpcMetricExporter.builder().setEndpoint(grpc.toString()).setCompression(compression).addHeader("X-Scope-OrgID", tenant).build();
    }

    /**
     * The requests in JSON. The SDK has no exporter that sends them.
     */
    Map<OtlpSignal, byte[]> json()
            throws IOException
    {
        return Map.of(
                OtlpSignal.LOGS, json(LogsRequestMarshaler.create(logs())),
                OtlpSignal.TRACES, json(TraceRequestMarshaler.create(spans())),
                OtlpSignal.METRICS, json(MetricsRequestMarshaler.create(metrics())));
    }

    private static byte[] json(Marshaler request)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        request.writeJsonTo(out);
        return out.toByteArray();
    }

    private static final class FixedIds
            implements IdGenerator
    {
        @Override
        public String generateSpanId()
        {
            return SPAN;
        }

        @Override
        public String generateTraceId()
        {
            return TRACE;
        }
    }

    private record FixedClock(Instant time)
            implements Clock
    {
        @Override
        public long now()
        {
            return SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
        }

        @Override
        public long nanoTime()
        {
            return 0;
        }
    }

    private record CollectedSpans(List<SpanData> spans)
            implements SpanProcessor
    {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired()
        {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span)
        {
            spans.add(span.toSpanData());
        }

        @Override
        public boolean isEndRequired()
        {
            return true;
        }
    }

    private static final class CollectedMetrics
            implements MetricReader
    {
        private CollectionRegistration source = CollectionRegistration.noop();

        @Override
        public void register(CollectionRegistration registration)
        {
            source = registration;
        }

        private Collection<MetricData> collect()
        {
            return source.collectAllMetrics();
        }

        @Override
        public CompletableResultCode forceFlush()
        {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type)
        {
            return AggregationTemporality.CUMULATIVE;
        }
    }
}
