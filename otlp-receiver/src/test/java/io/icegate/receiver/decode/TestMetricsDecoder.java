package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.schema.PointValue;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.MetricBatch;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
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
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

final class TestMetricsDecoder
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final BatchId ID = new BatchId(1, 2);
    private static final String FIRST = "resourceMetrics/0/scopeMetrics/0/metrics/";

    @Test
    void testSum()
    {
        Metric metric = Metric.newBuilder()
                .setName("http.requests")
                .setDescription("Requests served")
                .setUnit("{request}")
                .addMetadata(attribute("team", "shop"))
                .setSum(Sum.newBuilder()
                        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .setIsMonotonic(true)
                        .addDataPoints(NumberDataPoint.newBuilder()
                                .setStartTimeUnixNano(nanos(NOW) - 5000)
                                .setTimeUnixNano(nanos(NOW) + 1999)
                                .setAsInt(Long.MIN_VALUE)
                                .setFlags(-1)
                                .addAttributes(attribute("route", "/cart"))
                                .addExemplars(Exemplar.newBuilder()
                                        .setTimeUnixNano(7)
                                        .setAsDouble(0.5)
                                        .setTraceId(ByteString.fromHex("4bf92f3577b34da6a3ce929d0e0e4736"))
                                        .setSpanId(ByteString.fromHex("00f067aa0ba902b7"))
                                        .addFilteredAttributes(attribute("user", "ann"))))
                        .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(-0.0)))
                .build();
        List<MetricRow> rows = decode(metric).rows();
        MetricRow row = rows.get(0);
        assertThat(row.metric().type()).isEqualTo(MetricValues.Type.SUM);
        assertThat(row.metric().name()).isEqualTo("http.requests");
        assertThat(row.metric().description()).isEqualTo("Requests served");
        assertThat(row.metric().unit()).isEqualTo("{request}");
        assertThat(row.metric().metadata().asMap().toString()).isEqualTo("{team=shop}");
        assertThat(row.metric().aggregationTemporality()).isEqualTo(2);
        assertThat(row.metric().isMonotonic()).isTrue();
        assertThat(row.timestampMicros()).isEqualTo(micros(NOW) + 1);
        assertThat(row.receivedMicros()).isEqualTo(micros(NOW));
        assertThat(row.startTimeUnixNano()).isEqualTo(nanos(NOW) - 5000);
        assertThat(row.timeUnixNano()).isEqualTo(nanos(NOW) + 1999);
        assertThat(row.flags()).isEqualTo(0xFFFF_FFFFL);
        assertThat(row.attributes().asMap().toString()).isEqualTo("{route=/cart}");
        assertThat(row.value()).isEqualTo(new PointValue.Int(Long.MIN_VALUE));
        assertThat(row.exemplars()).hasSize(1);
        assertThat(row.exemplars().get(0).timeUnixNano()).isEqualTo(7);
        assertThat(row.exemplars().get(0).value()).isEqualTo(new PointValue.Real(0.5));
        assertThat(row.exemplars().get(0).traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(row.exemplars().get(0).spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(row.exemplars().get(0).filteredAttributes().asMap().toString()).isEqualTo("{user=ann}");
        assertThat(row.residual()).isNull();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(1).metric()).isSameAs(row.metric());
        assertThat(rows.get(1).value()).isEqualTo(new PointValue.Real(-0.0));
        assertThat(rows.get(1).timestampMicros()).isEqualTo(micros(NOW));
    }

    @Test
    void testGaugeWithoutValue()
    {
        MetricRow row = decode(gauge("g", NumberDataPoint.newBuilder().setFlags(1).build())).rows().get(0);
        assertThat(row.metric().type()).isEqualTo(MetricValues.Type.GAUGE);
        assertThat(row.metric().aggregationTemporality()).isNull();
        assertThat(row.metric().isMonotonic()).isNull();
        assertThat(row.value()).isEqualTo(PointValue.Missing.INSTANCE);
        assertThat(row.flags()).isEqualTo(1);
    }

    @Test
    void testHistograms()
    {
        Metric histogram = Metric.newBuilder()
                .setHistogram(Histogram.newBuilder()
                        .setAggregationTemporalityValue(77)
                        .addDataPoints(HistogramDataPoint.newBuilder().setCount(-1).setSum(0).setMax(Double.POSITIVE_INFINITY).addAllBucketCounts(List.of(1L, -1L)).addExplicitBounds(Double.NaN)))
                .build();
        MetricRow row = decode(histogram).rows().get(0);
        assertThat(row.metric().name()).isNull();
        assertThat(row.metric().aggregationTemporality()).isEqualTo(77);
        PointValue.Histogram value = (PointValue.Histogram) row.value();
        assertThat(value.count()).isEqualTo(-1);
        assertThat(value.sum()).isEqualTo(0);
        assertThat(value.min()).isNull();
        assertThat(value.max()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(value.bucketCounts()).containsExactly(1, -1);
        assertThat(value.explicitBounds()).containsExactly(Double.NaN);

        Metric exponential = Metric.newBuilder()
                .setExponentialHistogram(ExponentialHistogram.newBuilder()
                        .addDataPoints(ExponentialHistogramDataPoint.newBuilder()
                                .setScale(-3)
                                .setZeroCount(4)
                                .setZeroThreshold(0.25)
                                .setNegative(ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(-9).addBucketCounts(5))))
                .build();
        assertThat(decode(exponential).rows().get(0).value()).isInstanceOfSatisfying(PointValue.ExponentialHistogram.class, found -> {
            assertThat(found.scale()).isEqualTo(-3);
            assertThat(found.zeroCount()).isEqualTo(4);
            assertThat(found.zeroThreshold()).isEqualTo(0.25);
            assertThat(found.positive()).isNull();
            PointValue.Buckets negative = requireNonNull(found.negative());
            assertThat(negative.offset()).isEqualTo(-9);
            assertThat(negative.counts()).containsExactly(5);
        });
    }

    @Test
    void testSummary()
    {
        Metric summary = Metric.newBuilder()
                .setSummary(Summary.newBuilder()
                        .addDataPoints(SummaryDataPoint.newBuilder()
                                .setCount(3)
                                .setSum(6)
                                .addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(0.5).setValue(2))))
                .build();
        assertThat(decode(summary).rows().get(0).value()).isEqualTo(new PointValue.Summary(3, 6, List.of(new PointValue.Quantile(0.5, 2))));
    }

    @Test
    void testTimestamp()
    {
        assertThat(timestamp(0, 0)).isEqualTo(micros(NOW));
        assertThat(timestamp(nanos(NOW) - 5000, 0)).isEqualTo(micros(NOW) - 5);
        assertThat(timestamp(nanos(NOW) - 9000, nanos(NOW) - 5001)).isEqualTo(micros(NOW) - 6);
        Instant earliest = NOW.minus(Duration.ofDays(365));
        assertThat(timestamp(0, nanos(earliest))).isEqualTo(micros(earliest));
        assertThat(timestamp(0, nanos(earliest) - 1)).isEqualTo(micros(NOW));
        assertThat(timestamp(0, -1)).isEqualTo(micros(NOW));
        assertThat(answer(gauge("g", number(1), NumberDataPoint.newBuilder().setTimeUnixNano(NOW.getEpochSecond()).build())))
                .isEqualTo(new Acknowledgement(0, "1 record with a time too far off, first " + FIRST + "0/gauge/dataPoints/1: " +
                        "1795262400 looks like seconds since 1970, nanoseconds are expected; another time is the timestamp, the sent one is kept beside it"));
    }

    private static long timestamp(long startTime, long time)
    {
        return decode(gauge("g", NumberDataPoint.newBuilder().setStartTimeUnixNano(startTime).setTimeUnixNano(time).build())).rows().get(0).timestampMicros();
    }

    /**
     * Of several kinds of data in one metric the last one counts, and data of one kind is merged, as protobuf says.
     */
    @Test
    @OtlpRow(29)
    void testDataThatIsGivenTwice()
    {
        ByteString one = Gauge.newBuilder().addDataPoints(number(1)).build().toByteString();
        ByteString two = Gauge.newBuilder().addDataPoints(number(2)).build().toByteString();
        assertThat(reals(new WireMessage().bytes(5, one).string(1, "m").bytes(5, two))).containsExactly(1.0, 2.0);
        // protobuf-java keeps the first sum here, against the specification
        assertThat(reals(new WireMessage().bytes(7, one).bytes(5, one).bytes(7, two))).containsExactly(2.0);
        assertThat(reals(new WireMessage().bytes(5, one).bytes(7, ByteString.EMPTY))).isEmpty();
    }

    private static List<Double> reals(WireMessage metric)
    {
        ByteString request = new WireMessage().bytes(1, new WireMessage().bytes(2, new WireMessage().bytes(2, metric.toByteString()).toByteString()).toByteString()).toByteString();
        return decode(request.toByteArray()).rows().stream().map(row -> ((PointValue.Real) row.value()).value()).toList();
    }

    static Metric gauge(String name, NumberDataPoint... points)
    {
        return Metric.newBuilder().setName(name).setGauge(Gauge.newBuilder().addAllDataPoints(Arrays.asList(points))).build();
    }

    static NumberDataPoint number(double value)
    {
        return NumberDataPoint.newBuilder().setAsDouble(value).build();
    }

    static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    private static ExportMetricsServiceRequest request(Metric... metrics)
    {
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder().addScopeMetrics(ScopeMetrics.newBuilder().addAllMetrics(Arrays.asList(metrics))))
                .build();
    }

    private static MetricBatch decode(Metric... metrics)
    {
        return decode(request(metrics).toByteArray());
    }

    private static MetricBatch decode(byte[] request)
    {
        return (MetricBatch) decoder().decode(request, Encoding.PROTOBUF, ID, "tenant").batch();
    }

    private static Acknowledgement answer(Metric... metrics)
    {
        return decoder().decode(request(metrics).toByteArray(), Encoding.PROTOBUF, ID, "tenant").acknowledgement();
    }

    private static OtlpRequestDecoder decoder()
    {
        return OtlpRequestDecoder.metrics(DecodeLimits.DEFAULT, InstantSource.fixed(NOW));
    }

    private static long micros(Instant instant)
    {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static long nanos(Instant instant)
    {
        return micros(instant) * 1000;
    }
}
