package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.MetricRow;
import io.icegate.schema.PointValue;
import io.icegate.wal.format.BlockRows;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Data points as real clients send them are read from the wire, and one that is odd sends none of its neighbours to protobuf's
 * classes.
 */
final class TestUsualMetrics
{
    private static final ByteString TRACE_ID = ByteString.fromHex("000102030405060708090a0b0c0d0e0f");
    private static final ByteString SPAN_ID = ByteString.fromHex("0001020304050607");

    @Test
    void testEveryKind()
    {
        Exemplar exemplar = Exemplar.newBuilder()
                .setAsInt(5)
                .setTimeUnixNano(4)
                .setTraceId(TRACE_ID)
                .setSpanId(SPAN_ID)
                .addFilteredAttributes(TestMetricsDecoder.attribute("k", "v"))
                .build();
        Metric.Builder gauge = Metric.newBuilder().setName("gauge").addMetadata(TestMetricsDecoder.attribute("prometheus.type", "gauge"));
        gauge.getGaugeBuilder()
                .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(0.5).addExemplars(exemplar).addAttributes(TestMetricsDecoder.attribute("k", "v")))
                .addDataPoints(NumberDataPoint.newBuilder().setFlags(1))
                .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(Double.NaN));
        Metric.Builder sum = Metric.newBuilder().setName("sum");
        sum.getSumBuilder().setAggregationTemporalityValue(2).setIsMonotonic(true).addDataPoints(NumberDataPoint.newBuilder().setAsInt(-1).setTimeUnixNano(1));
        Metric.Builder histogram = Metric.newBuilder().setName("histogram");
        histogram.getHistogramBuilder()
                .setAggregationTemporalityValue(1)
                .addDataPoints(HistogramDataPoint.newBuilder().setCount(3).setSum(1).setMin(0).setMax(2).addAllBucketCounts(List.of(1L, 2L)).addExplicitBounds(1).addExemplars(exemplar))
                .addDataPoints(HistogramDataPoint.getDefaultInstance());
        Metric.Builder exponential = Metric.newBuilder().setName("exponential");
        exponential.getExponentialHistogramBuilder()
                .setAggregationTemporalityValue(1)
                .addDataPoints(ExponentialHistogramDataPoint.newBuilder()
                        .setCount(7)
                        .setScale(-3)
                        .setZeroCount(1)
                        .setZeroThreshold(0.1)
                        .setPositive(ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(-9).addAllBucketCounts(List.of(1L, 300L)))
                        .setNegative(ExponentialHistogramDataPoint.Buckets.newBuilder().setOffset(9).addBucketCounts(4))
                        .addExemplars(exemplar))
                .addDataPoints(ExponentialHistogramDataPoint.getDefaultInstance());
        Metric.Builder summary = Metric.newBuilder().setName("summary").setUnit("s").setDescription("ünïcödé");
        summary.getSummaryBuilder()
                .addDataPoints(SummaryDataPoint.newBuilder()
                        .setCount(2)
                        .setSum(3)
                        .addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(0.5).setValue(1))
                        .addQuantileValues(SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(1).setValue(2)))
                .addDataPoints(SummaryDataPoint.getDefaultInstance());
        assertThat(usual(decode(gauge.build(), sum.build(), histogram.build(), exponential.build(), summary.build()))).isEqualTo(10);
    }

    @Test
    void testOddPointAmongUsualOnes()
    {
        NumberDataPoint usual = NumberDataPoint.newBuilder().setAsInt(1).build();
        for (NumberDataPoint odd : List.of(
                usual.toBuilder().addAttributes(TestMetricsDecoder.attribute("k", "1")).addAttributes(TestMetricsDecoder.attribute("k", "2")).build(),
                usual.toBuilder().addExemplars(Exemplar.newBuilder().setTraceId(SPAN_ID)).build(),
                NumberDataPoint.newBuilder().setAsDouble(Double.longBitsToDouble(0x7FF0_0000_0000_0002L)).build())) {
            Metric.Builder metric = Metric.newBuilder().setName("m");
            metric.getGaugeBuilder().addDataPoints(odd).addDataPoints(usual).addDataPoints(odd).addDataPoints(usual).addDataPoints(usual).addDataPoints(odd);
            MetricBatch batch = decode(metric.build(), metric.build());
            assertThat(usual(batch)).isEqualTo(6);
            assertThat(batch.rows()).extracting(row -> row.metric().name()).hasSize(12).containsOnly("m");
            assertThat(batch.rows().stream().map(row -> row.residual() == null && row.value().equals(new PointValue.Int(1)) && row.exemplars().isEmpty()).toList())
                    .startsWith(false, true, false, true, true, false)
                    .endsWith(false, true, false, true, true, false);
        }
    }

    /**
     * What a point that turns out to be odd has left behind is not found in the next one.
     */
    @Test
    void testOddPointLeavesNoTrace()
    {
        HistogramDataPoint odd = HistogramDataPoint.newBuilder()
                .setStartTimeUnixNano(1)
                .setTimeUnixNano(2)
                .setFlags(1)
                .setCount(3)
                .setSum(4)
                .setMin(5)
                .setMax(6)
                .addAllBucketCounts(List.of(7L, 8L))
                .addExplicitBounds(9)
                .addExemplars(Exemplar.newBuilder().setAsInt(1).addFilteredAttributes(TestMetricsDecoder.attribute("k", "v")))
                .addAttributes(TestMetricsDecoder.attribute("k", "1"))
                .addAttributes(TestMetricsDecoder.attribute("k", "2"))
                .build();
        Metric.Builder metric = Metric.newBuilder();
        metric.getHistogramBuilder().addDataPoints(odd).addDataPoints(HistogramDataPoint.getDefaultInstance()).addDataPoints(odd);
        MetricBatch batch = decode(metric.build());
        assertThat(usual(batch)).isEqualTo(1);
        MetricRow row = batch.rows().get(1);
        assertThat(row.value()).usingRecursiveComparison().isEqualTo(new PointValue.Histogram(0, null, null, null, new long[0], new double[0]));
        assertThat(row.exemplars()).isEmpty();
        assertThat(row.attributes().size()).isZero();
        assertThat(List.of(row.startTimeUnixNano(), row.timeUnixNano(), row.flags())).containsOnly(0L);
    }

    /**
     * Between usual points come odd ones, which are stored as objects, and broken ones, which are not stored.
     */
    @Test
    void testOddPointsAmongStoredOnes()
    {
        ByteString odd = HistogramDataPoint.newBuilder()
                .setCount(1)
                .addAttributes(TestMetricsDecoder.attribute("k", "1"))
                .addAttributes(TestMetricsDecoder.attribute("k", "2"))
                .build()
                .toByteString();
        ByteString broken = HistogramDataPoint.newBuilder().setCount(2).addBucketCounts(2).build().toByteString().concat(ByteString.copyFrom(new byte[] {4}));
        WireMessage points = new WireMessage();
        for (int i = 10; i < 20; i++) {
            ByteString usual = HistogramDataPoint.newBuilder().setCount(i).addBucketCounts(i).build().toByteString();
            points.bytes(1, usual).bytes(1, i % 2 == 0 ? odd : broken).bytes(1, usual);
        }
        ByteString metric = new WireMessage().bytes(9, points.toByteString()).toByteString();
        byte[] request = new WireMessage().bytes(1, new WireMessage().bytes(2, new WireMessage().bytes(2, metric).toByteString()).toByteString()).toByteArray();
        MetricBatch batch = (MetricBatch) MetricsDecoding.decode(request, Encoding.PROTOBUF, DecodeLimits.DEFAULT).batch();
        assertThat(usual(batch)).isEqualTo(20);
        assertThat(batch.rowCount()).isEqualTo(25);
        assertThat(SignalKind.METRICS.stored(List.of(batch)).stream().map(MetricRows::values).toList()).isEqualTo(batch.rows().stream().map(MetricRows::values).toList());
    }

    /**
     * Of the generated requests most is usual, or the comparisons of {@link TestUsualRecords} say little.
     */
    @Test
    void testGeneratedRequests()
    {
        int usual = 0;
        int rows = 0;
        for (int seed = 0; seed < 20; seed++) {
            RowBatch batch = MetricsDecoding.decode(new MetricPayloads(new Random(seed), false).request());
            usual += usual(batch);
            rows += batch.rowCount();
        }
        assertThat(usual).isBetween(rows / 5, rows - 1);
    }

    /**
     * As the requests that speed is measured with.
     */
    @Test
    void testMeasuredRequests()
    {
        MetricBatch batch = MetricsDecoding.decode(MetricFigures.request(new Random(1), 0));
        assertThat(usual(batch)).isEqualTo(batch.rowCount()).isEqualTo(EncoderFigures.RECORDS);
    }

    private static int usual(RowBatch batch)
    {
        return BlockRows.count(batch);
    }

    private static MetricBatch decode(Metric... metrics)
    {
        ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
        request.addResourceMetricsBuilder().addScopeMetricsBuilder().addAllMetrics(List.of(metrics));
        return (MetricBatch) MetricsDecoding.decode(request.build().toByteArray(), Encoding.PROTOBUF, DecodeLimits.DEFAULT).batch();
    }
}
