package io.icegate.receiver.decode;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Generates metrics requests: every kind, type and extreme, what does not fit together, and on request also what the columns
 * cannot hold.
 */
public final class MetricPayloads
{
    private final Random random;
    private final OtlpPayloads common;

    /**
     * @param odd as for {@link OtlpPayloads}
     */
    public MetricPayloads(Random random, boolean odd)
    {
        this.random = random;
        common = new OtlpPayloads(random, odd);
    }

    public ExportMetricsServiceRequest request()
    {
        ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            request.addResourceMetrics(resourceMetrics());
        }
        return common.unknown(request).build();
    }

    private ResourceMetrics resourceMetrics()
    {
        ResourceMetrics.Builder metrics = ResourceMetrics.newBuilder();
        if (random.nextInt(4) > 0) {
            metrics.setResource(common.resource());
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            metrics.addScopeMetrics(scopeMetrics());
        }
        return common.unknown(metrics.setSchemaUrl(common.text())).build();
    }

    private ScopeMetrics scopeMetrics()
    {
        ScopeMetrics.Builder metrics = ScopeMetrics.newBuilder();
        if (random.nextInt(4) > 0) {
            metrics.setScope(common.scope());
        }
        for (int i = random.nextInt(7); i > 0; i--) {
            metrics.addMetrics(metric());
        }
        return common.unknown(metrics.setSchemaUrl(common.text())).build();
    }

    private Metric metric()
    {
        Metric.Builder metric = Metric.newBuilder().setName(common.text()).setDescription(common.text()).setUnit(common.text());
        common.attributes(3).forEach(metric::addMetadata);
        switch (random.nextInt(6)) {
            case 0 -> {
                Gauge.Builder data = Gauge.newBuilder();
                for (int i = count(); i > 0; i--) {
                    data.addDataPoints(number());
                }
                metric.setGauge(common.unknown(data));
            }
            case 1 -> {
                Sum.Builder data = Sum.newBuilder().setAggregationTemporalityValue(temporality()).setIsMonotonic(random.nextBoolean());
                for (int i = count(); i > 0; i--) {
                    data.addDataPoints(number());
                }
                metric.setSum(common.unknown(data));
            }
            case 2 -> {
                Histogram.Builder data = Histogram.newBuilder().setAggregationTemporalityValue(temporality());
                for (int i = count(); i > 0; i--) {
                    data.addDataPoints(histogram());
                }
                metric.setHistogram(common.unknown(data));
            }
            case 3 -> {
                ExponentialHistogram.Builder data = ExponentialHistogram.newBuilder().setAggregationTemporalityValue(temporality());
                for (int i = count(); i > 0; i--) {
                    data.addDataPoints(exponentialHistogram());
                }
                metric.setExponentialHistogram(common.unknown(data));
            }
            case 4 -> {
                Summary.Builder data = Summary.newBuilder();
                for (int i = count(); i > 0; i--) {
                    data.addDataPoints(summary());
                }
                metric.setSummary(common.unknown(data));
            }
            default -> {
                return metric.build();
            }
        }
        return common.unknown(metric).build();
    }

    private int count()
    {
        return random.nextInt(6);
    }

    private int temporality()
    {
        return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(3);
    }

    private NumberDataPoint number()
    {
        NumberDataPoint.Builder point = NumberDataPoint.newBuilder().setStartTimeUnixNano(time()).setTimeUnixNano(time()).setFlags(flags());
        common.attributes(6).forEach(point::addAttributes);
        exemplars().forEach(point::addExemplars);
        switch (random.nextInt(3)) {
            case 0 -> point.setAsDouble(common.doubleValue());
            case 1 -> point.setAsInt(common.longValue());
            default -> {
                // no value
            }
        }
        return common.unknown(point).build();
    }

    private HistogramDataPoint histogram()
    {
        HistogramDataPoint.Builder point = HistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(time())
                .setTimeUnixNano(time())
                .setFlags(flags())
                .setCount(common.longValue())
                .addAllBucketCounts(longs())
                .addAllExplicitBounds(doubles());
        common.attributes(6).forEach(point::addAttributes);
        exemplars().forEach(point::addExemplars);
        if (random.nextBoolean()) {
            point.setSum(common.doubleValue());
        }
        if (random.nextBoolean()) {
            point.setMin(common.doubleValue());
        }
        if (random.nextBoolean()) {
            point.setMax(common.doubleValue());
        }
        return common.unknown(point).build();
    }

    private ExponentialHistogramDataPoint exponentialHistogram()
    {
        ExponentialHistogramDataPoint.Builder point = ExponentialHistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(time())
                .setTimeUnixNano(time())
                .setFlags(flags())
                .setCount(common.longValue())
                .setScale(number32())
                .setZeroCount(common.longValue())
                .setZeroThreshold(common.doubleValue());
        common.attributes(6).forEach(point::addAttributes);
        exemplars().forEach(point::addExemplars);
        if (random.nextBoolean()) {
            point.setSum(common.doubleValue());
        }
        if (random.nextBoolean()) {
            point.setMin(common.doubleValue());
        }
        if (random.nextBoolean()) {
            point.setMax(common.doubleValue());
        }
        if (random.nextBoolean()) {
            point.setPositive(buckets());
        }
        if (random.nextBoolean()) {
            point.setNegative(buckets());
        }
        return common.unknown(point).build();
    }

    private ExponentialHistogramDataPoint.Buckets buckets()
    {
        return common.unknown(ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(number32()).addAllBucketCounts(longs())).build();
    }

    private SummaryDataPoint summary()
    {
        SummaryDataPoint.Builder point = SummaryDataPoint.newBuilder()
                .setStartTimeUnixNano(time())
                .setTimeUnixNano(time())
                .setFlags(flags())
                .setCount(common.longValue())
                .setSum(common.doubleValue());
        common.attributes(6).forEach(point::addAttributes);
        for (int i = random.nextInt(4); i > 0; i--) {
            point.addQuantileValues(common.unknown(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(common.doubleValue()).setValue(common.doubleValue())));
        }
        return common.unknown(point).build();
    }

    private List<Exemplar> exemplars()
    {
        List<Exemplar> exemplars = new ArrayList<>();
        for (int i = random.nextInt(6) - 3; i > 0; i--) {
            Exemplar.Builder exemplar = Exemplar.newBuilder().setTimeUnixNano(time()).setTraceId(common.id(16)).setSpanId(common.id(8));
            common.attributes(4).forEach(exemplar::addFilteredAttributes);
            switch (random.nextInt(3)) {
                case 0 -> exemplar.setAsDouble(common.doubleValue());
                case 1 -> exemplar.setAsInt(common.longValue());
                default -> {
                    // no value
                }
            }
            exemplars.add(common.unknown(exemplar).build());
        }
        return exemplars;
    }

    private List<Long> longs()
    {
        return random.longs(random.nextInt(5)).map(number -> random.nextBoolean() ? number : common.longValue()).boxed().toList();
    }

    private List<Double> doubles()
    {
        return random.ints(random.nextInt(5)).mapToObj(_ -> common.doubleValue()).toList();
    }

    private int number32()
    {
        return random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(9) - 4;
    }

    private int flags()
    {
        return random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(2);
    }

    private long time()
    {
        return random.nextBoolean() ? random.nextLong() : common.longValue();
    }
}
