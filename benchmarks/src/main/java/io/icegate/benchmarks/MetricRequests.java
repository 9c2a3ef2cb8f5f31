package io.icegate.benchmarks;

import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;

import java.util.List;
import java.util.Set;

/**
 * Data points in metrics of {@value #POINTS_PER_METRIC}: gauges, sums and histograms in turn.
 */
final class MetricRequests
        extends ExportRequests
{
    private static final int POINTS_PER_METRIC = 10;
    private static final List<Double> BOUNDS = List.of(1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1_000.0);

    MetricRequests(int records)
    {
        super(records);
    }

    @Override
    MessageLite typical(Resource resource, InstrumentationScope scope, int count)
    {
        ScopeMetrics.Builder metrics = ScopeMetrics.newBuilder().setScope(scope);
        for (int first = 0; first < count; first += POINTS_PER_METRIC) {
            metrics.addMetrics(metric(first / POINTS_PER_METRIC, Math.min(POINTS_PER_METRIC, count - first)));
        }
        return request(resource, metrics);
    }

    private Metric.Builder metric(int number, int points)
    {
        Metric.Builder metric = Metric.newBuilder().setName("metric.of.the.benchmark." + number).setUnit("ms").setDescription("Something that is measured");
        switch (number % 3) {
            case 0 -> {
                Gauge.Builder gauge = Gauge.newBuilder();
                for (int point = 0; point < points; point++) {
                    gauge.addDataPoints(number(point).setAsDouble(random().nextDouble()));
                }
                metric.setGauge(gauge);
            }
            case 1 -> {
                Sum.Builder sum = Sum.newBuilder().setIsMonotonic(true).setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                for (int point = 0; point < points; point++) {
                    sum.addDataPoints(number(point).setAsInt(random().nextLong(1_000_000)));
                }
                metric.setSum(sum);
            }
            default -> {
                Histogram.Builder histogram = Histogram.newBuilder().setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
                for (int point = 0; point < points; point++) {
                    histogram.addDataPoints(histogram(point));
                }
                metric.setHistogram(histogram);
            }
        }
        return metric;
    }

    private NumberDataPoint.Builder number(int point)
    {
        return NumberDataPoint.newBuilder().setStartTimeUnixNano(now()).setTimeUnixNano(now() + point).addAllAttributes(attributes());
    }

    private HistogramDataPoint.Builder histogram(int point)
    {
        HistogramDataPoint.Builder histogram = HistogramDataPoint.newBuilder().setStartTimeUnixNano(now()).setTimeUnixNano(now() + point).addAllAttributes(attributes()).addAllExplicitBounds(BOUNDS);
        long count = 0;
        for (int bucket = 0; bucket <= BOUNDS.size(); bucket++) {
            long inBucket = random().nextLong(100);
            histogram.addBucketCounts(inBucket);
            count += inBucket;
        }
        return histogram.setCount(count).setSum(random().nextDouble() * count);
    }

    @Override
    MessageLite unique(Resource resource, InstrumentationScope scope, long number)
    {
        return request(resource, ScopeMetrics.newBuilder().addMetrics(Metric.newBuilder()
                .setName("request")
                .setGauge(Gauge.newBuilder().addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(now() + number).setAsInt(number)))));
    }

    @Override
    FreshFields.Fields freshFields()
    {
        // the times of both kinds of points have the same numbers
        return new FreshFields.Fields(
                List.of(
                        Set.of(ExportMetricsServiceRequest.RESOURCE_METRICS_FIELD_NUMBER),
                        Set.of(ResourceMetrics.SCOPE_METRICS_FIELD_NUMBER),
                        Set.of(ScopeMetrics.METRICS_FIELD_NUMBER),
                        Set.of(Metric.GAUGE_FIELD_NUMBER, Metric.SUM_FIELD_NUMBER, Metric.HISTOGRAM_FIELD_NUMBER),
                        Set.of(Gauge.DATA_POINTS_FIELD_NUMBER)),
                Set.of(),
                Set.of(NumberDataPoint.START_TIME_UNIX_NANO_FIELD_NUMBER, NumberDataPoint.TIME_UNIX_NANO_FIELD_NUMBER));
    }

    private static MessageLite request(Resource resource, ScopeMetrics.Builder metrics)
    {
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder().setResource(resource).addScopeMetrics(metrics))
                .build();
    }
}
