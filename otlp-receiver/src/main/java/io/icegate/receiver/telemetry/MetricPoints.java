package io.icegate.receiver.telemetry;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes the metrics of {@code /metrics} as OTLP, under the same names without {@code _total}. Counters are monotonic cumulative sums of
 * integers, gauges are doubles, and a gauge whose value is not known is a point without a value.
 */
final class MetricPoints
{
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long timeNanos;
    private final long startNanos;

    /**
     * @param timeNanos of the measurement
     * @param startNanos since when is counted, where the registry does not know
     */
    MetricPoints(long timeNanos, long startNanos)
    {
        this.timeNanos = timeNanos;
        this.startNanos = startNanos;
    }

    /**
     * All metrics that have a value.
     */
    List<Metric> of(MetricSnapshots snapshots)
    {
        List<Metric> metrics = new ArrayList<>();
        snapshots.forEach(snapshot -> metric(snapshot).ifPresent(metrics::add));
        return metrics;
    }

    static long count(List<Metric> metrics)
    {
        return metrics.stream()
                .mapToLong(metric -> (long) metric.getSum().getDataPointsCount() + metric.getGauge().getDataPointsCount() + metric.getHistogram().getDataPointsCount())
                .sum();
    }

    private Optional<Metric> metric(MetricSnapshot snapshot)
    {
        Metric.Builder metric = named(snapshot.getMetadata());
        switch (snapshot) {
            case CounterSnapshot counter -> {
                Sum.Builder sum = Sum.newBuilder().setIsMonotonic(true).setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                counter.getDataPoints().forEach(point -> sum.addDataPoints(number(point).setStartTimeUnixNano(start(point)).setAsInt((long) point.getValue())));
                metric.setSum(sum);
            }
            case GaugeSnapshot gauge -> {
                Gauge.Builder values = Gauge.newBuilder();
                gauge.getDataPoints().forEach(point -> values.addDataPoints(value(number(point), point.getValue())));
                metric.setGauge(values);
            }
            case HistogramSnapshot histogram -> {
                Histogram.Builder points = Histogram.newBuilder().setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                histogram.getDataPoints().forEach(point -> points.addDataPoints(buckets(point)));
                metric.setHistogram(points);
            }
            default -> {
                // the receiver registers none
                return Optional.empty();
            }
        }
        return snapshot.getDataPoints().isEmpty() ? Optional.empty() : Optional.of(metric.build());
    }

    private static Metric.Builder named(MetricMetadata metadata)
    {
        String name = metadata.getPrometheusName();
        String unit = name.endsWith("_seconds") ? "s" : name.endsWith("_bytes") ? "By" : "";
        return Metric.newBuilder().setName(name).setUnit(unit).setDescription(Optional.ofNullable(metadata.getHelp()).orElse(""));
    }

    private NumberDataPoint.Builder number(DataPointSnapshot point)
    {
        return NumberDataPoint.newBuilder().setTimeUnixNano(timeNanos).addAllAttributes(attributes(point.getLabels()));
    }

    private static NumberDataPoint.Builder value(NumberDataPoint.Builder point, double value)
    {
        return Double.isNaN(value) ? point.setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE) : point.setAsDouble(value);
    }

    private HistogramDataPoint buckets(HistogramSnapshot.HistogramDataPointSnapshot point)
    {
        HistogramDataPoint.Builder histogram = HistogramDataPoint.newBuilder()
                .setTimeUnixNano(timeNanos)
                .setStartTimeUnixNano(start(point))
                .addAllAttributes(attributes(point.getLabels()))
                .setCount(point.getCount())
                .setSum(point.getSum());
        ClassicHistogramBuckets buckets = point.getClassicBuckets();
        for (int i = 0; i < buckets.size(); i++) {
            histogram.addBucketCounts(buckets.getCount(i));
            if (buckets.getUpperBound(i) < Double.POSITIVE_INFINITY) {
                histogram.addExplicitBounds(buckets.getUpperBound(i));
            }
        }
        return histogram.build();
    }

    private long start(DataPointSnapshot point)
    {
        return point.hasCreatedTimestamp() ? point.getCreatedTimestampMillis() * NANOS_PER_MILLI : startNanos;
    }

    private static List<KeyValue> attributes(Labels labels)
    {
        return labels.stream()
                .map(label -> KeyValue.newBuilder().setKey(label.getName()).setValue(AnyValue.newBuilder().setStringValue(label.getValue())).build())
                .toList();
    }
}
