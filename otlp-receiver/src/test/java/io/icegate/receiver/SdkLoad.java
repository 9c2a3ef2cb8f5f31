package io.icegate.receiver;

import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * An application that sends logs, spans and metrics with the Java SDK, in small batches. As by default it asks again some times,
 * then drops. Every record is unique.
 */
final class SdkLoad
        implements AutoCloseable
{
    private static final Duration EXPORT_INTERVAL = Duration.ofMillis(200);
    private static final Duration EMIT_INTERVAL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EMITS_PER_METRIC = 8;
    private static final int RECORDS = 3;
    /**
     * A segment of the test holds so many, so that one of the SDK holds no more records than others.
     */
    private static final int BATCH_RECORDS_MAX = 48;

    private final LogRecordExporter logs;
    private final SpanExporter spans;
    private final MetricExporter metrics;
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean stopped;

    SdkLoad(int grpcPort)
    {
        String endpoint = URI.create("http://localhost:" + grpcPort).toString();
        logs = new Logs(OtlpGrpcLogRecordExporter.builder().setEndpoint(endpoint).build());
        spans = new Spans(OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).build());
        metrics = new Metrics(OtlpGrpcMetricExporter.builder().setEndpoint(endpoint).build());
        thread = Thread.ofPlatform().daemon().name("sdk-load").start(this::run);
    }

    private void run()
    {
        SdkLoggerProvider loggers = SdkLoggerProvider.builder().addLogRecordProcessor(BatchLogRecordProcessor.builder(logs).setScheduleDelay(EXPORT_INTERVAL).setMaxExportBatchSize(BATCH_RECORDS_MAX).build()).build();
        SdkTracerProvider tracers = SdkTracerProvider.builder().addSpanProcessor(BatchSpanProcessor.builder(spans).setScheduleDelay(EXPORT_INTERVAL).setMaxExportBatchSize(BATCH_RECORDS_MAX).build()).build();
        for (int round = 0; !stopped; round++) {
            for (int i = 0; i < RECORDS; i++) {
                String text = "sdk-%s-%s".formatted(round, i);
                loggers.get("test").logRecordBuilder().setTimestamp(Instant.now()).setBody(text).emit();
                tracers.get("test").spanBuilder(text).startSpan().end();
            }
            if (round % EMITS_PER_METRIC == 0) {
                metric("sdk-%s".formatted(round));
            }
            LockSupport.parkNanos(EMIT_INTERVAL.toNanos());
        }
        loggers.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        tracers.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * A meter of its own for each metric, because meters send what they ever measured.
     */
    private void metric(String name)
    {
        SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(PeriodicMetricReader.builder(metrics).setInterval(Duration.ofDays(1)).build()).build();
        meters.get("test").counterBuilder(name).build().add(1);
        meters.shutdown();
    }

    private <T> CompletableResultCode export(SignalSample sample, Collection<T> records, Function<T, String> text, Function<Collection<T>, CompletableResultCode> exporter)
    {
        List<String> keys = records.stream().map(record -> StoredSignals.key(sample, text.apply(record))).toList();
        sent.addAll(keys);
        CompletableResultCode result = exporter.apply(records);
        result.whenComplete(() -> {
            if (result.isSuccess()) {
                acknowledged.addAll(keys);
            }
        });
        return result;
    }

    /**
     * Key of each record that an exporter was given, see {@link StoredSignals#key}.
     */
    Set<String> sent()
    {
        return sent;
    }

    Set<String> acknowledged()
    {
        return acknowledged;
    }

    /**
     * Returns when everything was sent for the last time.
     */
    @Override
    public void close()
            throws InterruptedException
    {
        stopped = true;
        thread.join();
        logs.close();
        spans.close();
        ((Metrics) metrics).delegate.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private final class Logs
            implements LogRecordExporter
    {
        private final LogRecordExporter delegate;

        private Logs(LogRecordExporter delegate)
        {
            this.delegate = delegate;
        }

        @Override
        public CompletableResultCode export(Collection<LogRecordData> records)
        {
            return SdkLoad.this.export(SignalSample.ALL.get(0), records, record -> requireNonNull(record.getBodyValue()).asString(), delegate::export);
        }

        @Override
        public CompletableResultCode flush()
        {
            return delegate.flush();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return delegate.shutdown();
        }
    }

    private final class Spans
            implements SpanExporter
    {
        private final SpanExporter delegate;

        private Spans(SpanExporter delegate)
        {
            this.delegate = delegate;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> records)
        {
            return SdkLoad.this.export(SignalSample.ALL.get(1), records, SpanData::getName, delegate::export);
        }

        @Override
        public CompletableResultCode flush()
        {
            return delegate.flush();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return delegate.shutdown();
        }
    }

    /**
     * Outlives the meters.
     */
    private final class Metrics
            implements MetricExporter
    {
        private final MetricExporter delegate;

        private Metrics(MetricExporter delegate)
        {
            this.delegate = delegate;
        }

        @Override
        public CompletableResultCode export(Collection<MetricData> records)
        {
            return SdkLoad.this.export(SignalSample.ALL.get(2), records, MetricData::getName, delegate::export);
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type)
        {
            return delegate.getAggregationTemporality(type);
        }

        @Override
        public CompletableResultCode flush()
        {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return CompletableResultCode.ofSuccess();
        }
    }
}
