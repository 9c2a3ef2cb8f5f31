package io.icegate.standalone.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;

import java.util.function.Predicate;

import static io.opentelemetry.api.common.AttributeKey.stringKey;

/**
 * Reads the SDK's own metrics of its exporters. They count the records that the receiver acknowledged and those that it did not.
 */
public final class SdkExportCounts
{
    /**
     * What exporters count, as the semantic conventions of OpenTelemetry SDK components name it.
     */
    public enum Kind
    {
        LOG_RECORDS("otel.sdk.exporter.log.exported"),
        SPANS("otel.sdk.exporter.span.exported");

        private final String metric;

        Kind(String metric)
        {
            this.metric = metric;
        }
    }

    private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

    private final Reader reader = new Reader();
    private final SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(reader).build();

    SdkMeterProvider meters()
    {
        return meters;
    }

    /**
     * Records whose export the receiver answered with success.
     */
    public long acknowledged(Kind kind)
    {
        return reader.sum(kind, point -> point.getAttributes().get(ERROR_TYPE) == null);
    }

    /**
     * Records whose export failed for good.
     */
    public long failed(Kind kind)
    {
        return reader.sum(kind, point -> point.getAttributes().get(ERROR_TYPE) != null);
    }

    private static final class Reader
            implements MetricReader
    {
        private volatile CollectionRegistration registration = CollectionRegistration.noop();

        @Override
        public void register(CollectionRegistration registration)
        {
            this.registration = registration;
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType)
        {
            return AggregationTemporality.CUMULATIVE;
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

        long sum(Kind kind, Predicate<LongPointData> selected)
        {
            return registration.collectAllMetrics().stream()
                    .filter(metric -> metric.getName().equals(kind.metric))
                    .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                    .filter(selected)
                    .mapToLong(LongPointData::getValue)
                    .sum();
        }
    }
}
