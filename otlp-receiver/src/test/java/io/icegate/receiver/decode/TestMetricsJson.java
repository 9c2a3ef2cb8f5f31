package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.MetricRow;
import io.icegate.schema.PointValue;
import io.icegate.wal.format.MetricBatch;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Metrics in OTLP's JSON, and in what people send in its place.
 */
final class TestMetricsJson
{
    private static final String FIRST = "resourceMetrics/0/scopeMetrics/0/metrics/";

    @Test
    void testNumbers()
    {
        assertThat(value("\"asInt\": 7")).isEqualTo(new PointValue.Int(7));
        assertThat(value("\"asInt\": \"-9223372036854775808\"")).isEqualTo(new PointValue.Int(Long.MIN_VALUE));
        assertThat(value("\"asInt\": 9223372036854775807")).isEqualTo(new PointValue.Int(Long.MAX_VALUE));
        assertThat(value("\"asInt\": 1e3")).isEqualTo(new PointValue.Int(1000));
        assertThat(value("\"asDouble\": 7")).isEqualTo(new PointValue.Real(7));
        assertThat(value("\"asDouble\": \"NaN\"")).isEqualTo(new PointValue.Real(Double.NaN));
        assertThat(value("\"asDouble\": \"-Infinity\"")).isEqualTo(new PointValue.Real(Double.NEGATIVE_INFINITY));
        assertThat(value("\"asDouble\": -0.0")).isEqualTo(new PointValue.Real(-0.0));
        assertThat(value("\"asDouble\": null")).isEqualTo(PointValue.Missing.INSTANCE);
        // JavaScript knows no other numbers, and its exporters call every whole one an integer
        assertThat(value("\"asInt\": 1e20")).isEqualTo(new PointValue.Real(1e20));
        assertThat(value("\"asInt\": 9223372036854775808")).isEqualTo(new PointValue.Real(0x1p63));
        assertThat(value("\"asInt\": -9223372036854775808")).isEqualTo(new PointValue.Int(Long.MIN_VALUE));
        assertThat(value("\"asInt\": -9223372036854775809")).isEqualTo(new PointValue.Int(Long.MIN_VALUE));
    }

    private static PointValue value(String json)
    {
        return rows(decode(gauge("{%s}".formatted(json)))).get(0).value();
    }

    @Test
    void testEnumsAndUnsigned()
    {
        for (String temporality : List.of("2", "\"2\"", "\"AGGREGATION_TEMPORALITY_CUMULATIVE\"")) {
            MetricRow row = rows(decode(metric(
                    """
                    "histogram": {"aggregationTemporality": %s, "dataPoints": [{
                        "count": "18446744073709551615", "sum": 0, "bucketCounts": ["1", 2, "18446744073709551615"], "explicitBounds": ["Infinity", 1.5, "2"], "flags": 4294967295}]}
                    """.formatted(temporality)))).get(0);
            assertThat(row.metric().aggregationTemporality()).isEqualTo(2);
            assertThat(row.flags()).isEqualTo(0xFFFF_FFFFL);
            assertThat(row.value()).isInstanceOfSatisfying(PointValue.Histogram.class, histogram -> {
                assertThat(histogram.count()).isEqualTo(-1);
                assertThat(histogram.sum()).isZero();
                assertThat(histogram.min()).isNull();
                assertThat(histogram.bucketCounts()).containsExactly(1, 2, -1);
                assertThat(histogram.explicitBounds()).containsExactly(Double.POSITIVE_INFINITY, 1.5, 2);
            });
        }
    }

    @Test
    void testExemplars()
    {
        MetricRow row = rows(decode(gauge(
                """
                {"asInt": 1, "exemplars": [{"traceId": "4BF92F3577B34DA6A3CE929D0E0E4736", "spanId": "00f067aa0ba902b7", "timeUnixNano": "5", "asDouble": 0.5,
                    "filteredAttributes": [{"key": "a", "value": {"intValue": "1"}}]}]}
                """))).get(0);
        assertThat(row.exemplars()).hasSize(1);
        assertThat(row.exemplars().get(0).traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(row.exemplars().get(0).spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(row.exemplars().get(0).value()).isEqualTo(new PointValue.Real(0.5));
        assertThat(row.exemplars().get(0).filteredAttributes().types()).contains("i");
    }

    @Test
    void testBadPointCostsNoNeighbour()
    {
        for (String bad : List.of("{\"asInt\": \"x\"}", "{\"asInt\": 1.5}", "{\"asInt\": \"9223372036854775808\"}", "{\"flags\": -1}", "{\"timeUnixNano\": -1}", "{\"attributes\": {}}", "7", "[[1], {}]", "\"x\"")) {
            DecodedRequest decoded = decode(gauge("{\"asInt\": 1}, %s, {\"asInt\": 2}, %s".formatted(bad, bad)));
            assertThat(rows(decoded)).as(bad).extracting(MetricRow::value).containsExactly(new PointValue.Int(1), new PointValue.Int(2));
            assertThat(decoded.acknowledgement().rejectedRecords()).as(bad).isEqualTo(2);
            assertThat(decoded.acknowledgement().message()).as(bad).startsWith("2 records not stored, first " + FIRST + "0/gauge/dataPoints/1: ");
        }
        assertThat(decode(gauge("{}, {\"exemplars\": [{}, {\"asInt\": \"x\"}]}")).acknowledgement())
                .isEqualTo(new Acknowledgement(1, "1 record not stored, first " + FIRST + "0/gauge/dataPoints/1: exemplars/1/asInt is not an integer"));
    }

    /**
     * Counted whether they come before or after what is wrong.
     */
    @Test
    void testBadMetricCountsItsPoints()
    {
        String points = "[{\"asInt\": 1}, {\"asInt\": \"x\"}, {\"attributes\": [{\"key\": \"dataPoints\"}]}]";
        for (String bad : List.of(
                "{\"unit\": 5, \"gauge\": {\"dataPoints\": %s}}".formatted(points),
                "{\"gauge\": {\"dataPoints\": %s}, \"metadata\": [{\"key\": \"k\", \"value\": {\"arrayValue\": {\"values\": [1]}}}]}".formatted(points),
                "{\"metadata\": [{\"dataPoints\": [1, 2]}, 1], \"dataPoints\": [1, 2], \"sum\": {\"isMonotonic\": 1, \"dataPoints\": %s}}".formatted(points))) {
            DecodedRequest decoded = decode("{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [{\"gauge\": {\"dataPoints\": [{}]}}, %s, {\"gauge\": {\"dataPoints\": [{}]}}]}]}]}".formatted(bad));
            assertThat(rows(decoded)).as(bad).hasSize(2);
            assertThat(decoded.acknowledgement().rejectedRecords()).as(bad).isEqualTo(3);
            assertThat(decoded.acknowledgement().message()).as(bad).startsWith("3 records not stored, first " + FIRST + "1: ");
        }
        for (String bad : List.of("7", "{\"gauge\": 7}", "{\"gauge\": {\"dataPoints\": {}}}")) {
            DecodedRequest decoded = decode("{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [%s, {\"gauge\": {\"dataPoints\": [{}]}}]}]}]}".formatted(bad));
            assertThat(rows(decoded)).as(bad).hasSize(1);
            assertThat(decoded.acknowledgement().rejectedRecords()).as(bad).isEqualTo(1);
        }
    }

    @Test
    void testBadScopeCountsPoints()
    {
        DecodedRequest decoded = decode(
                """
                {"resourceMetrics": [{"scopeMetrics": [
                    {"metrics": [{"gauge": {"dataPoints": [{}, {}]}}, {"unit": 5, "gauge": {"dataPoints": [{}, {}, {}]}}], "scope": 5},
                    {"metrics": [{"gauge": {"dataPoints": [{}]}}]}]}]}
                """);
        assertThat(rows(decoded)).hasSize(1);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(5, "5 records not stored, first resourceMetrics/0/scopeMetrics/0: it is not an object"));
    }

    /**
     * The last value of a field counts, and so does what is wrong with it.
     */
    @Test
    void testDataThatIsGivenTwice()
    {
        String bad = "\"gauge\": {\"dataPoints\": [{\"asInt\": \"x\"}, {\"asInt\": 1}]}";
        assertStored(metric(bad + ", \"gauge\": {\"dataPoints\": [{\"asInt\": 2}, {\"asInt\": 3}]}"), 2, 3);
        assertStored(metric(bad + ", \"sum\": {\"dataPoints\": [{\"asInt\": 2}]}"), 2);
        assertStored(metric("\"gauge\": {\"dataPoints\": [{\"asInt\": \"x\"}], \"dataPoints\": [{\"asInt\": 4}]}"), 4);
        DecodedRequest decoded = decode(metric("\"gauge\": {\"dataPoints\": [{\"asInt\": 2}]}, " + bad));
        assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(1);
        assertThat(rows(decoded)).extracting(MetricRow::value).containsExactly(new PointValue.Int(1));
    }

    private static void assertStored(String json, long... values)
    {
        DecodedRequest decoded = decode(json);
        assertThat(rows(decoded).stream().mapToLong(row -> ((PointValue.Int) row.value()).value()).toArray()).as(json).containsExactly(values);
        assertThat(decoded.acknowledgement()).as(json).isEqualTo(Acknowledgement.FULL);
    }

    @Test
    void testSnakeCaseIsTold()
    {
        DecodedRequest decoded = decode(metric("\"gauge\": {\"data_points\": [{\"as_int\": 1}]}"));
        assertThat(rows(decoded)).isEmpty();
        assertThat(decoded.acknowledgement().message())
                .contains("1 record without data points, first " + FIRST + "0")
                .contains("'data_points' at /resourceMetrics/0/scopeMetrics/0/metrics/0/gauge/data_points; the nearest known key there is 'dataPoints'");
    }

    @Test
    void testInvalidUtf8()
    {
        byte[] json = gauge("{\"asInt\": 1, \"attributes\": [{\"key\": \"k\", \"value\": {\"stringValue\": \"a\u00e2\u0082\"}}]}, {\"asInt\": 2}").getBytes(ISO_8859_1);
        DecodedRequest decoded = MetricsDecoding.decode(json, Encoding.JSON, DecodeLimits.DEFAULT);
        assertThat(rows(decoded)).hasSize(2);
        assertThat(rows(decoded).get(0).attributes().asMap().toString()).isEqualTo("{k=a\uFFFD}");
        assertThat(StoredResidual.parse(rows(decoded).get(0).residual()).reasons()).isEqualTo(Reasons.INVALID_UTF8);
        assertThat(rows(decoded).get(1).residual()).isNull();
        assertThat(decoded.acknowledgement().message()).startsWith("1 record with text that is not UTF-8, first " + FIRST + "0/gauge/dataPoints/0;");
    }

    @Test
    void testPointCount()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 100, 1000, Duration.ofDays(365), Duration.ofDays(1));
        for (String point : List.of("{}", "7")) {
            String most = gauge("{}," + String.join(",", Collections.nCopies(99, point)));
            assertThat(MetricsDecoding.decode(most.getBytes(UTF_8), Encoding.JSON, limits).batch().rowCount()).isEqualTo(point.equals("{}") ? 100 : 1);
            String tooMany = gauge("{}," + String.join(",", Collections.nCopies(100, point)));
            assertThatThrownBy(() -> MetricsDecoding.decode(tooMany.getBytes(UTF_8), Encoding.JSON, limits)).isInstanceOf(RefusedException.class).hasMessage("Cannot decode request: it holds more than 100 records");
        }
    }

    private static String gauge(String points)
    {
        return metric("\"gauge\": {\"dataPoints\": [%s]}".formatted(points));
    }

    private static String metric(String fields)
    {
        return "{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [{%s}]}]}]}".formatted(fields);
    }

    private static DecodedRequest decode(String json)
    {
        return MetricsDecoding.decode(json.getBytes(UTF_8), Encoding.JSON, DecodeLimits.DEFAULT);
    }

    private static List<MetricRow> rows(DecodedRequest decoded)
    {
        return ((MetricBatch) decoded.batch()).rows();
    }
}
