package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.schema.Exemplar;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;

import java.util.Arrays;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Rebuilds metrics from rows.
 */
final class MetricRebuilder
{
    private MetricRebuilder() {}

    /**
     * A metric without its data points.
     */
    static Metric metric(MetricValues columns)
    {
        Metric.Builder metric = Metric.newBuilder()
                .setName(OtlpRebuilder.text(columns.name()))
                .setDescription(OtlpRebuilder.text(columns.description()))
                .setUnit(OtlpRebuilder.text(columns.unit()))
                .addAllMetadata(OtlpRebuilder.attributes(columns.metadata()));
        switch (columns.type()) {
            case GAUGE -> metric.setGauge(Gauge.getDefaultInstance());
            case SUM -> metric.setSum(Sum.newBuilder()
                    .setAggregationTemporalityValue(requireNonNull(columns.aggregationTemporality()))
                    .setIsMonotonic(requireNonNull(columns.isMonotonic())));
            case HISTOGRAM -> metric.setHistogram(Histogram.newBuilder().setAggregationTemporalityValue(requireNonNull(columns.aggregationTemporality())));
            case EXPONENTIAL_HISTOGRAM -> metric.setExponentialHistogram(ExponentialHistogram.newBuilder().setAggregationTemporalityValue(requireNonNull(columns.aggregationTemporality())));
            case SUMMARY -> metric.setSummary(Summary.getDefaultInstance());
        }
        return metric.build();
    }

    /**
     * @param kept the data point as it came; empty when the columns have it all
     */
    static Metric withPoint(Metric metric, MetricRow row, ByteString kept)
            throws InvalidProtocolBufferException
    {
        Metric.Builder result = metric.toBuilder();
        switch (row.value()) {
            case PointValue.Number value -> {
                NumberDataPoint point = kept.isEmpty() ? number(row, value) : NumberDataPoint.parseFrom(kept);
                if (metric.hasSum()) {
                    result.getSumBuilder().addDataPoints(point);
                }
                else {
                    result.getGaugeBuilder().addDataPoints(point);
                }
            }
            case PointValue.Histogram value -> result.getHistogramBuilder().addDataPoints(kept.isEmpty() ? histogram(row, value) : HistogramDataPoint.parseFrom(kept));
            case PointValue.ExponentialHistogram value -> result.getExponentialHistogramBuilder()
                    .addDataPoints(kept.isEmpty() ? exponentialHistogram(row, value) : ExponentialHistogramDataPoint.parseFrom(kept));
            case PointValue.Summary value -> result.getSummaryBuilder().addDataPoints(kept.isEmpty() ? summary(row, value) : SummaryDataPoint.parseFrom(kept));
        }
        return result.build();
    }

    private static NumberDataPoint number(MetricRow row, PointValue.Number value)
    {
        NumberDataPoint.Builder point = NumberDataPoint.newBuilder()
                .setStartTimeUnixNano(row.startTimeUnixNano())
                .setTimeUnixNano(row.timeUnixNano())
                .setFlags((int) row.flags())
                .addAllAttributes(OtlpRebuilder.attributes(row.attributes()))
                .addAllExemplars(exemplars(row));
        switch (value) {
            case PointValue.Real number -> point.setAsDouble(number.value());
            case PointValue.Int number -> point.setAsInt(number.value());
            case PointValue.Missing _ -> {
                // no value
            }
        }
        return point.build();
    }

    private static HistogramDataPoint histogram(MetricRow row, PointValue.Histogram value)
    {
        HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(row.startTimeUnixNano())
                .setTimeUnixNano(row.timeUnixNano())
                .setFlags((int) row.flags())
                .addAllAttributes(OtlpRebuilder.attributes(row.attributes()))
                .addAllExemplars(exemplars(row))
                .setCount(value.count());
        Arrays.stream(value.bucketCounts()).forEach(point::addBucketCounts);
        Arrays.stream(value.explicitBounds()).forEach(point::addExplicitBounds);
        if (value.sum() != null) {
            point.setSum(value.sum());
        }
        if (value.min() != null) {
            point.setMin(value.min());
        }
        if (value.max() != null) {
            point.setMax(value.max());
        }
        return point.build();
    }

    private static ExponentialHistogramDataPoint exponentialHistogram(MetricRow row, PointValue.ExponentialHistogram value)
    {
        ExponentialHistogramDataPoint.Builder point = ExponentialHistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(row.startTimeUnixNano())
                .setTimeUnixNano(row.timeUnixNano())
                .setFlags((int) row.flags())
                .addAllAttributes(OtlpRebuilder.attributes(row.attributes()))
                .addAllExemplars(exemplars(row))
                .setCount(value.count())
                .setScale(value.scale())
                .setZeroCount(value.zeroCount())
                .setZeroThreshold(value.zeroThreshold());
        if (value.positive() != null) {
            point.setPositive(buckets(value.positive()));
        }
        if (value.negative() != null) {
            point.setNegative(buckets(value.negative()));
        }
        if (value.sum() != null) {
            point.setSum(value.sum());
        }
        if (value.min() != null) {
            point.setMin(value.min());
        }
        if (value.max() != null) {
            point.setMax(value.max());
        }
        return point.build();
    }

    private static ExponentialHistogramDataPoint.Buckets buckets(PointValue.Buckets buckets)
    {
        ExponentialHistogramDataPoint.Buckets.Builder message = ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(buckets.offset());
        Arrays.stream(buckets.counts()).forEach(message::addBucketCounts);
        return message.build();
    }

    private static SummaryDataPoint summary(MetricRow row, PointValue.Summary value)
    {
        SummaryDataPoint.Builder point = SummaryDataPoint.newBuilder()
                .setStartTimeUnixNano(row.startTimeUnixNano())
                .setTimeUnixNano(row.timeUnixNano())
                .setFlags((int) row.flags())
                .addAllAttributes(OtlpRebuilder.attributes(row.attributes()))
                .setCount(value.count())
                .setSum(value.sum());
        value.quantiles().forEach(quantile -> point.addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(quantile.quantile()).setValue(quantile.value())));
        return point.build();
    }

    private static List<io.opentelemetry.proto.metrics.v1.Exemplar> exemplars(MetricRow row)
    {
        return row.exemplars().stream().map(MetricRebuilder::exemplar).toList();
    }

    private static io.opentelemetry.proto.metrics.v1.Exemplar exemplar(Exemplar exemplar)
    {
        io.opentelemetry.proto.metrics.v1.Exemplar.Builder message = io.opentelemetry.proto.metrics.v1.Exemplar.newBuilder()
                .setTimeUnixNano(exemplar.timeUnixNano())
                .setTraceId(OtlpRebuilder.hex(exemplar.traceId()))
                .setSpanId(OtlpRebuilder.hex(exemplar.spanId()))
                .addAllFilteredAttributes(OtlpRebuilder.attributes(exemplar.filteredAttributes()));
        switch (exemplar.value()) {
            case PointValue.Real number -> message.setAsDouble(number.value());
            case PointValue.Int number -> message.setAsInt(number.value());
            case PointValue.Missing _ -> {
                // no value
            }
        }
        return message.build();
    }
}
