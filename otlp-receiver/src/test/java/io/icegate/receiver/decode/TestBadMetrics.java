package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.MetricRow;
import io.icegate.schema.PointValue;
import io.icegate.wal.format.MetricBatch;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Metrics that are odd or broken, on the wire. What can be stored is stored; a bad data point costs no neighbour.
 */
final class TestBadMetrics
{
    private static final String FIRST = "resourceMetrics/0/scopeMetrics/0/metrics/";
    private static final ByteString BROKEN = ByteString.copyFrom(new byte[] {4});
    private static final ByteString NOT_UTF8 = ByteString.copyFrom(new byte[] {'a', (byte) 0xE2, (byte) 0x82});

    @Test
    void testBadPointCostsNoNeighbour()
    {
        ByteString cut = point(5).substring(0, 5);
        ByteString deep = NumberDataPoint.newBuilder().addExemplars(Exemplar.newBuilder().addFilteredAttributes(nested(65))).build().toByteString();
        for (ByteString bad : List.of(BROKEN, cut, deep)) {
            DecodedRequest decoded = decode(inScope(gauge("a", point(1), bad, point(2), bad), gauge("b", point(3))));
            assertThat(values(decoded)).containsExactly(1.0, 2.0, 3.0);
            assertThat(rows(decoded)).allMatch(row -> row.residual() == null);
            assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(2);
            assertThat(decoded.acknowledgement().message()).startsWith("2 records not stored, first " + FIRST + "0/gauge/dataPoints/1: ");
        }
        assertThat(decode(inScope(gauge("a", deep, point(1)))).acknowledgement().message()).endsWith(": values are nested deeper than 64 levels");
    }

    /**
     * What is wrong with a metric itself costs its data points, and none of another metric.
     */
    @Test
    void testBadMetricCountsItsPoints()
    {
        ByteString broken = gauge("x", point(1), point(2), point(3)).concat(BROKEN);
        ByteString deep = Metric.newBuilder().addMetadata(nested(65)).setGauge(Gauge.newBuilder().addAllDataPoints(Collections.nCopies(3, NumberDataPoint.getDefaultInstance()))).build().toByteString();
        for (ByteString bad : List.of(broken, deep)) {
            DecodedRequest decoded = decode(inScope(gauge("a", point(1)), bad, gauge("b", point(2))));
            assertThat(values(decoded)).containsExactly(1.0, 2.0);
            assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(3);
            assertThat(decoded.acknowledgement().message()).startsWith("3 records not stored, first " + FIRST + "1: ");
        }
        assertThat(decode(inScope(BROKEN, gauge("b", point(2)))).acknowledgement().rejectedRecords()).isEqualTo(1);
    }

    @Test
    void testBadScopeOrResourceCountsPoints()
    {
        ByteString scope = new WireMessage().bytes(2, gauge("a", point(1), point(2))).bytes(2, gauge("b", point(3))).bytes(2, gauge("none")).toByteString();
        byte[] request = new WireMessage()
                .bytes(1, new WireMessage().bytes(2, scope.concat(new WireMessage().bytes(1, BROKEN).toByteString())).bytes(2, scope).toByteString())
                .bytes(1, new WireMessage().bytes(1, BROKEN).bytes(2, scope).bytes(2, scope).toByteString())
                .toByteArray();
        DecodedRequest decoded = decode(request);
        assertThat(values(decoded)).containsExactly(1.0, 2.0, 3.0);
        assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(4 + 8);
        assertThat(decoded.acknowledgement().message()).startsWith("12 records not stored, first resourceMetrics/0/scopeMetrics/0: ");
    }

    @Test
    void testNothingStoredIsRefused()
    {
        byte[] request = inScope(gauge("a", BROKEN, BROKEN));
        assertThatThrownBy(() -> decode(request))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot decode request: " + FIRST + "0/gauge/dataPoints/0: it is no valid protobuf message: ");
    }

    /**
     * Nothing is lost with a metric that measured nothing, but its sender may want to know.
     */
    @Test
    void testMetricWithoutPoints()
    {
        DecodedRequest decoded = decode(inScope(gauge("a", point(1)), gauge("b"), Metric.newBuilder().setName("c").build().toByteString()));
        assertThat(values(decoded)).containsExactly(1.0);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(0, "2 records without data points, first " + FIRST + "1; nothing of it is stored"));
        assertThat(decode(inScope(gauge("b"))).batch().rowCount()).isZero();
    }

    /**
     * A kind of data that is newer than this receiver is unknown fields, and must not be taken for no data.
     */
    @Test
    void testUnknownKindOfData()
    {
        ByteString newer = new WireMessage().string(1, "new").bytes(13, new WireMessage().bytes(1, point(1)).toByteString()).toByteString();
        DecodedRequest decoded = decode(inScope(newer, gauge("a", point(1))));
        assertThat(values(decoded)).containsExactly(1.0);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                1,
                "1 record not stored, first " + FIRST + "0: it has no data but unknown fields, which may be a kind of data that this receiver does not know"));
    }

    /**
     * Text that is cut in the middle of a character.
     */
    @Test
    void testInvalidUtf8InMetric()
    {
        ByteString metadata = new WireMessage().bytes(1, NOT_UTF8).toByteString();
        ByteString data = new WireMessage().bytes(1, point(1)).varint(2, 2).varint(3, 1).bytes(1, point(2)).toByteString();
        ByteString rest = new WireMessage().varint(2, 2).varint(3, 1).toByteString();
        for (int field : new int[] {1, 2, 3, 12}) {
            ByteString text = field == 12 ? metadata : NOT_UTF8;
            DecodedRequest decoded = decode(inScope(gauge("before", point(0)), new WireMessage().bytes(field, text).bytes(7, data).toByteString()));
            assertThat(values(decoded)).containsExactly(0.0, 1.0, 2.0);
            assertThat(rows(decoded).get(0).residual()).isNull();
            for (MetricRow row : rows(decoded).subList(1, 3)) {
                assertThat(row.metric().aggregationTemporality()).isEqualTo(2);
                assertThat(row.metric().toString()).contains("a\uFFFD");
                assertThat(StoredResidual.parse(row.residual()))
                        .isEqualTo(Residual.NONE.withMetric(new WireMessage().bytes(field, text).bytes(7, rest).toByteString(), Reasons.INVALID_UTF8));
            }
            assertThat(rows(decoded).get(1).residual()).isSameAs(rows(decoded).get(2).residual());
            assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                    0,
                    "2 records with text that is not UTF-8, first " + FIRST + "1; stored with U+FFFD, what was sent is kept in otlp_residual"));
        }
    }

    @Test
    void testInvalidUtf8InPoint()
    {
        ByteString attribute = new WireMessage().bytes(1, NOT_UTF8).toByteString();
        ByteString ofPoint = point(1).concat(new WireMessage().bytes(7, attribute).toByteString());
        ByteString ofExemplar = point(1).concat(new WireMessage().bytes(5, new WireMessage().bytes(7, attribute).toByteString()).toByteString());
        for (ByteString bad : List.of(ofPoint, ofExemplar)) {
            DecodedRequest decoded = decode(inScope(gauge("a", point(0), bad, point(2))));
            assertThat(values(decoded)).containsExactly(0.0, 1.0, 2.0);
            assertThat(rows(decoded)).extracting(MetricRow::residual).element(0).isNull();
            assertThat(rows(decoded)).extracting(MetricRow::residual).element(2).isNull();
            assertThat(StoredResidual.parse(rows(decoded).get(1).residual())).isEqualTo(Residual.NONE.withRecord(bad, Reasons.INVALID_UTF8));
            assertThat(decoded.acknowledgement().message()).startsWith("1 record with text that is not UTF-8, first " + FIRST + "0/gauge/dataPoints/1;");
        }
    }

    @Test
    void testResidualOfMetricAndPoint()
    {
        Metric metric = Metric.newBuilder()
                .addMetadata(TestMetricsDecoder.attribute("k", "1"))
                .addMetadata(TestMetricsDecoder.attribute("k", "2"))
                .setSum(Sum.newBuilder()
                        .setAggregationTemporalityValue(1)
                        .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(Double.longBitsToDouble(0x7FF0_0000_0000_0002L)))
                        .addDataPoints(NumberDataPoint.newBuilder().setAsInt(1)))
                .build();
        List<MetricRow> rows = rows(decode(inScope(metric.toByteString())));
        ByteString kept = metric.toBuilder().setSum(metric.getSum().toBuilder().clearDataPoints()).build().toByteString();
        assertThat(rows.get(0).metric().metadata().asMap().toString()).isEqualTo("{k=2}");
        assertThat(rows.get(0).value()).isEqualTo(new PointValue.Real(Double.NaN));
        Residual first = StoredResidual.parse(rows.get(0).residual());
        assertThat(first.record()).isEqualTo(metric.getSum().getDataPoints(0).toByteString());
        assertThat(first.reasons()).isEqualTo(Reasons.DUPLICATE_KEY | Reasons.NAN_PAYLOAD);
        assertThat(parse(first.metric())).isEqualTo(parse(kept));
        Residual second = StoredResidual.parse(rows.get(1).residual());
        assertThat(second.record()).isEmpty();
        assertThat(second.reasons()).isEqualTo(Reasons.DUPLICATE_KEY);
        assertThat(parse(second.metric())).isEqualTo(parse(kept));
    }

    private static Metric parse(ByteString metric)
    {
        try {
            return Metric.parseFrom(metric);
        }
        catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void testShortened()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 3, 10, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        ExponentialHistogramDataPoint point = ExponentialHistogramDataPoint.newBuilder()
                .setPositive(ExponentialHistogramDataPoint.Buckets.newBuilder().addAllBucketCounts(List.of(1L, 2L, 3L, 4L)))
                .addAllExemplars(Collections.nCopies(4, Exemplar.getDefaultInstance()))
                .build();
        Metric metric = Metric.newBuilder()
                .setName("a.b.c")
                .setDescription("longer than ten bytes")
                .setExponentialHistogram(ExponentialHistogram.newBuilder().addDataPoints(point).addDataPoints(ExponentialHistogramDataPoint.getDefaultInstance()))
                .build();
        DecodedRequest decoded = MetricsDecoding.decode(inScope(metric.toByteString()), Encoding.PROTOBUF, limits);
        assertThat(rows(decoded)).hasSize(2).allSatisfy(row -> assertThat(row.metric().description()).isEqualTo("longer tha"));
        assertThat(rows(decoded).get(0).exemplars()).hasSize(3);
        assertThat(rows(decoded).get(0).value()).isInstanceOfSatisfying(PointValue.ExponentialHistogram.class, value -> assertThat(value.positive()).isNotNull().satisfies(positive -> assertThat(positive.counts()).containsExactly(1, 2, 3)));
        assertThat(StoredResidual.parse(rows(decoded).get(0).residual()).record()).isEqualTo(point.toByteString());
        assertThat(StoredResidual.parse(rows(decoded).get(1).residual()).record()).isEmpty();
        assertThat(StoredResidual.parse(rows(decoded).get(1).residual()).reasons()).isEqualTo(Reasons.SHORTENED);
        assertThat(decoded.acknowledgement().message()).startsWith("3 records with more than the columns take, first " + FIRST + "0;");
    }

    @Test
    void testManyPoints()
    {
        List<NumberDataPoint> points = IntStream.range(0, 10_000).mapToObj(i -> NumberDataPoint.newBuilder().setAsInt(i).addAttributes(TestMetricsDecoder.attribute("i", "" + i)).build()).toList();
        Metric metric = Metric.newBuilder().setName("many").setGauge(Gauge.newBuilder().addAllDataPoints(points)).build();
        DecodedRequest decoded = decode(inScope(metric.toByteString()));
        List<MetricRow> rows = rows(decoded);
        assertThat(rows.stream().map(MetricRow::value).toList()).isEqualTo(IntStream.range(0, 10_000).mapToObj(PointValue.Int::new).toList());
        assertThat(rows.get(9_999).metric()).isSameAs(rows.get(0).metric());
        assertThat(decoded.acknowledgement()).isEqualTo(Acknowledgement.FULL);
    }

    @Test
    void testPointCount()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 100, 1000, Duration.ofDays(365), Duration.ofDays(1));
        ByteString half = points(50);
        assertThat(MetricsDecoding.decode(inScope(half, half), Encoding.PROTOBUF, limits).batch().rowCount()).isEqualTo(100);
        assertThatThrownBy(() -> MetricsDecoding.decode(inScope(half, points(51)), Encoding.PROTOBUF, limits))
                .hasMessage("Cannot decode request: it holds more than 100 records");
        // parts of one kind of data are merged
        ByteString parts = half.concat(points(51));
        assertThatThrownBy(() -> MetricsDecoding.decode(inScope(parts), Encoding.PROTOBUF, limits)).hasMessage("Cannot decode request: it holds more than 100 records");
    }

    /**
     * Each row repeats them.
     */
    @Test
    void testRepeatedMetadata()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 1000, 500, Duration.ofDays(365), Duration.ofDays(1));
        Metric.Builder metric = Metric.newBuilder();
        IntStream.range(0, 5).forEach(i -> metric.addMetadata(TestMetricsDecoder.attribute("k" + i, "v")));
        ByteString header = metric.build().toByteString();
        assertThat(MetricsDecoding.decode(inScope(header.concat(points(100))), Encoding.PROTOBUF, limits).batch().rowCount()).isEqualTo(100);
        assertThatThrownBy(() -> MetricsDecoding.decode(inScope(header.concat(points(101))), Encoding.PROTOBUF, limits))
                .hasMessage("Cannot decode request: with those of resource and scope on each record it holds more than 500 attribute values");
    }

    @Test
    void testRepeatedResidual()
    {
        ByteString unknown = new WireMessage().bytes(999, ByteString.copyFrom(new byte[1024 * 1024])).toByteString();
        DecodedRequest decoded = decode(inScope(unknown.concat(points(100)), unknown.concat(points(100)), unknown.concat(points(100)), gauge("a", point(1))));
        assertThat(decoded.batch().rowCount()).isEqualTo(201);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                100,
                "100 records not stored, first " + FIRST + "2: what its 100 records repeat of what they share takes more than 268435456 bytes"));
    }

    /**
     * A file stores a text that is too large for its dictionary with each row.
     */
    @Test
    void testRepeatedTexts()
    {
        ByteString description = new WireMessage().string(2, "x".repeat(8 * 1024 * 1024)).toByteString();
        DecodedRequest decoded = decode(inScope(description.concat(points(32)), description.concat(points(1)), gauge("a", point(1))));
        assertThat(decoded.batch().rowCount()).isEqualTo(33);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                1,
                "1 record not stored, first " + FIRST + "1: what its 1 records repeat of what they share takes more than 268435456 bytes"));
        ByteString usual = new WireMessage().string(2, "x".repeat(1024)).toByteString();
        assertThat(decode(inScope(usual.concat(points(1_000_000)))).batch().rowCount()).isEqualTo(1_000_000);
    }

    /**
     * A bucket takes one byte on the wire and eight in memory.
     */
    @Test
    void testManyBuckets()
    {
        DecodeLimits limits = new DecodeLimits(64, 100, 1000, 1000, 100, 1000, Duration.ofDays(365), Duration.ofDays(1));
        ByteString most = exponential(100 - 1);
        DecodedRequest decoded = MetricsDecoding.decode(inScope(most, exponential(10_000)), Encoding.PROTOBUF, limits);
        assertThat(decoded.batch().rowCount()).isEqualTo(1);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                1,
                "1 record not stored, first " + FIRST + "1/exponentialHistogram/dataPoints/0: it holds more than 100 attributes and values"));
    }

    private static ByteString exponential(int buckets)
    {
        return Metric.newBuilder()
                .setExponentialHistogram(ExponentialHistogram.newBuilder()
                        .addDataPoints(ExponentialHistogramDataPoint.newBuilder()
                                .setPositive(ExponentialHistogramDataPoint.Buckets.newBuilder().addAllBucketCounts(Collections.nCopies(buckets, 1L)))))
                .build()
                .toByteString();
    }

    private static KeyValue nested(int levels)
    {
        AnyValue value = AnyValue.getDefaultInstance();
        for (int i = 1; i < levels; i++) {
            value = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(value)).build();
        }
        return KeyValue.newBuilder().setKey("deep").setValue(value).build();
    }

    private static ByteString points(int count)
    {
        return Metric.newBuilder().setGauge(Gauge.newBuilder().addAllDataPoints(Collections.nCopies(count, NumberDataPoint.getDefaultInstance()))).build().toByteString();
    }

    private static ByteString point(double value)
    {
        return TestMetricsDecoder.number(value).toByteString();
    }

    private static ByteString gauge(String name, ByteString... points)
    {
        WireMessage data = new WireMessage();
        for (ByteString point : points) {
            data.bytes(1, point);
        }
        return new WireMessage().string(1, name).bytes(5, data.toByteString()).toByteString();
    }

    private static byte[] inScope(ByteString... metrics)
    {
        WireMessage scope = new WireMessage();
        for (ByteString metric : metrics) {
            scope.bytes(2, metric);
        }
        return new WireMessage().bytes(1, new WireMessage().bytes(2, scope.toByteString()).toByteString()).toByteArray();
    }

    private static DecodedRequest decode(byte[] request)
    {
        return MetricsDecoding.decode(request, Encoding.PROTOBUF, DecodeLimits.DEFAULT);
    }

    private static List<MetricRow> rows(DecodedRequest decoded)
    {
        return ((MetricBatch) decoded.batch()).rows();
    }

    private static List<Double> values(DecodedRequest decoded)
    {
        return rows(decoded).stream().map(row -> ((PointValue.Real) row.value()).value()).toList();
    }
}
