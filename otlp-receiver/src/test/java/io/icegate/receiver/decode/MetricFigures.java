package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Makes metrics requests to measure with: 100 metrics of 10 data points with 5 attributes each, of which one is an integer.
 * Of 20 metrics 8 are sums, 6 gauges, 4 histograms of 15 buckets, one an exponential histogram of 20 buckets and one a
 * summary. Every tenth data point has an exemplar.
 */
final class MetricFigures
{
    private static final int POINTS = 10;
    private static final List<Double> BOUNDS = List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private MetricFigures() {}

    static ExportMetricsServiceRequest request(Random random, int service)
    {
        ResourceMetrics.Builder resource = ResourceMetrics.newBuilder().setResource(EncoderFigures.request(random, service).getResourceLogs(0).getResource());
        ScopeMetrics.Builder scope = resource.addScopeMetricsBuilder();
        scope.getScopeBuilder().setName("io.example.Meter").setVersion("1.2.3");
        for (int i = 0; i < EncoderFigures.RECORDS / POINTS; i++) {
            scope.addMetrics(metric(random, i));
        }
        return ExportMetricsServiceRequest.newBuilder().addResourceMetrics(resource).build();
    }

    private static Metric metric(Random random, int index)
    {
        Metric.Builder metric = Metric.newBuilder()
                .setName("http.server.request.measure." + index)
                .setDescription("What measure %s says about requests of the server".formatted(index))
                .setUnit(index % 2 == 0 ? "{request}" : "s");
        int kind = index % 20;
        for (int i = 0; i < POINTS; i++) {
            if (kind < 8) {
                metric.getSumBuilder().setAggregationTemporalityValue(2).setIsMonotonic(true).addDataPoints(number(random, i).setAsInt(random.nextInt(1_000_000)));
            }
            else if (kind < 14) {
                metric.getGaugeBuilder().addDataPoints(number(random, i).setAsDouble(random.nextDouble()));
            }
            else if (kind < 18) {
                metric.getHistogramBuilder().setAggregationTemporalityValue(2).addDataPoints(histogram(random, i));
            }
            else if (kind == 18) {
                metric.getExponentialHistogramBuilder().setAggregationTemporalityValue(2).addDataPoints(exponentialHistogram(random, i));
            }
            else {
                metric.getSummaryBuilder().addDataPoints(summary(random, i));
            }
        }
        return metric.build();
    }

    private static NumberDataPoint.Builder number(Random random, int index)
    {
        NumberDataPoint.Builder point = NumberDataPoint.newBuilder().setStartTimeUnixNano(time(0)).setTimeUnixNano(time(60)).addAllAttributes(attributes(random));
        if (index == 0) {
            point.addExemplars(exemplar(random));
        }
        return point;
    }

    private static HistogramDataPoint.Builder histogram(Random random, int index)
    {
        HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(time(0))
                .setTimeUnixNano(time(60))
                .setCount(random.nextInt(10_000))
                .setSum(random.nextDouble())
                .setMin(random.nextDouble())
                .setMax(random.nextDouble())
                .addAllBucketCounts(counts(random, BOUNDS.size() + 1))
                .addAllExplicitBounds(BOUNDS)
                .addAllAttributes(attributes(random));
        if (index == 0) {
            point.addExemplars(exemplar(random));
        }
        return point;
    }

    private static ExponentialHistogramDataPoint.Builder exponentialHistogram(Random random, int index)
    {
        ExponentialHistogramDataPoint.Builder point = ExponentialHistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(time(0))
                .setTimeUnixNano(time(60))
                .setCount(random.nextInt(10_000))
                .setSum(random.nextDouble())
                .setMin(random.nextDouble())
                .setMax(random.nextDouble())
                .setScale(4)
                .setPositive(ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(-7).addAllBucketCounts(counts(random, 20)))
                .addAllAttributes(attributes(random));
        if (index == 0) {
            point.addExemplars(exemplar(random));
        }
        return point;
    }

    private static SummaryDataPoint.Builder summary(Random random, int index)
    {
        return SummaryDataPoint.newBuilder()
                .setStartTimeUnixNano(time(0))
                .setTimeUnixNano(time(60))
                .setCount(index)
                .setSum(random.nextDouble())
                .addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(0.5).setValue(random.nextDouble()))
                .addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(0.99).setValue(random.nextDouble()))
                .addAllAttributes(attributes(random));
    }

    private static Exemplar exemplar(Random random)
    {
        byte[] ids = new byte[24];
        random.nextBytes(ids);
        return Exemplar.newBuilder()
                .setTimeUnixNano(time(30))
                .setAsDouble(random.nextDouble())
                .setTraceId(ByteString.copyFrom(ids, 0, 16))
                .setSpanId(ByteString.copyFrom(ids, 16, 8))
                .build();
    }

    private static List<KeyValue> attributes(Random random)
    {
        return List.of(
                EncoderFigures.attribute("http.request.method", random.nextBoolean() ? "GET" : "POST"),
                EncoderFigures.attribute("http.route", "/api/v1/items/" + random.nextInt(100)),
                EncoderFigures.attribute("http.response.status_code", 200 + random.nextInt(4) * 100),
                EncoderFigures.attribute("server.address", "shop-%s.example".formatted(random.nextInt(16))),
                EncoderFigures.attribute("network.protocol.version", "1.1"));
    }

    private static List<Long> counts(Random random, int buckets)
    {
        return IntStream.range(0, buckets).mapToObj(_ -> (long) random.nextInt(1_000)).toList();
    }

    private static long time(int seconds)
    {
        return (EncoderFigures.NOW.getEpochSecond() + seconds) * 1_000_000_000L;
    }
}
