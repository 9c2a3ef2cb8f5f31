package io.icegate.receiver;

import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.icegate.receiver.TestingReceiver.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What people really send, from public reports about systems that do the same job. Honest data is stored, one bad record
 * costs no neighbour, and the sender learns what is odd.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestFieldCases
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";

    private final TestingReceiver receiver = TestingReceiver.withoutCommits();

    @AfterAll
    void stop()
    {
        receiver.close();
    }

    @Test
    void testSnakeCaseIsTold()
            throws Exception
    {
        assertThat(answer(JSON, "{\"resource_logs\":[{\"scope_logs\":[{\"log_records\":[{\"body\":{\"string_value\":\"snake\"}}]}]}]}".getBytes(UTF_8)))
                .contains("\"partialSuccess\"", "'resource_logs' at /resource_logs", "'resourceLogs'");
        assertThat(answer(JSON, json("{\"timeUnixNano\":\"%s\",\"severity_text\":\"ERROR\",\"body\":{\"stringValue\":\"half a snake\"}}".formatted(nanos(Instant.now())))))
                .contains("'severity_text' at /resourceLogs/0/scopeLogs/0/logRecords/0/severity_text", "'severityText'");
        assertThat(StoredLogs.liveRow(receiver.warehouse(), "half a snake").getField("severity_text")).isNull();
    }

    @Test
    void testBackfillAndUnitsByMistake()
            throws Exception
    {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Instant backfilled = now.minus(Duration.ofDays(31));
        assertThat(answer(JSON, json(timed("31 days ago", nanos(backfilled), nanos(now))))).isEqualTo("{}");
        assertThat(timestamp("31 days ago")).isEqualTo(backfilled);
        Instant observed = now.minusSeconds(100);
        assertThat(answer(JSON, json(timed("seconds", now.getEpochSecond(), nanos(observed))))).contains("looks like seconds since 1970, nanoseconds are expected");
        assertThat(timestamp("seconds")).isEqualTo(observed);
        assertThat(answer(JSON, json(timed("milliseconds", now.toEpochMilli(), nanos(observed))))).contains("looks like milliseconds since 1970");
        assertThat(timestamp("milliseconds")).isEqualTo(observed);
    }

    @Test
    @OtlpRow(30)
    void testInvalidUtf8CostsNoNeighbour()
            throws Exception
    {
        byte[] protobuf = LogsClient.request(List.of("utf8 before", "utf8 \u0001\u0002 bad", "utf8 after"));
        replace(protobuf, new byte[] {1, 2}, new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertThat(answer(PROTOBUF, protobuf)).contains("1 record with text that is not UTF-8", "logRecords/1");
        byte[] json = json(timed("json before", nanos(Instant.now()), 0), timed("json ~~ bad", nanos(Instant.now()), 0));
        replace(json, "~~".getBytes(UTF_8), new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertThat(answer(JSON, json)).contains("1 record with text that is not UTF-8", "logRecords/1");
        for (String body : List.of("utf8 before", "utf8 after", "json before")) {
            assertThat(StoredLogs.liveRow(receiver.warehouse(), body).getField("otlp_residual")).isNull();
        }
        for (String body : List.of("utf8 \uFFFD\uFFFD bad", "json \uFFFD\uFFFD bad")) {
            assertThat(StoredLogs.liveRow(receiver.warehouse(), body).getField("otlp_residual")).isNotNull();
        }
    }

    @Test
    @OtlpRow({6, 31})
    void testManyAttributesAndDeepValuesCostNoNeighbour()
            throws Exception
    {
        String many = IntStream.range(0, 10_001).mapToObj("{\"key\":\"k%s\",\"value\":{\"stringValue\":\"v\"}}"::formatted).collect(Collectors.joining(","));
        String time = nanos(Instant.now()) + "";
        String over = "{\"timeUnixNano\":\"%s\",\"body\":{\"stringValue\":\"many\"},\"attributes\":[%s]}".formatted(time, many);
        assertThat(answer(JSON, json(over, timed("small", nanos(Instant.now()), 0)))).contains("1 record with more than the columns take", "logRecords/0");
        assertThat(StoredLogs.liveRow(receiver.warehouse(), "small").getField("otlp_residual")).isNull();
        Record row = StoredLogs.liveRow(receiver.warehouse(), "many");
        assertThat((Map<?, ?>) row.getField("attributes")).hasSize(10_000);
        assertThat(row.getField("otlp_residual")).isNotNull();
        String deep = "{\"body\":" + "{\"arrayValue\":{\"values\":[".repeat(100) + "{}" + "]}}".repeat(100) + "}";
        assertThat(answer(JSON, json(timed("shallow", nanos(Instant.now()), 0), deep)))
                .contains("\"rejectedLogRecords\":\"1\"", "1 record not stored, first resourceLogs/0/scopeLogs/0/logRecords/1: ");
        assertThat(StoredLogs.liveRow(receiver.warehouse(), "shallow")).isNotNull();
    }

    @Test
    @OtlpRow(17)
    void testJavaScriptNumbersAndCutSurrogates()
            throws Exception
    {
        String attributes = "{\"key\":\"cut\",\"value\":{\"stringValue\":\"123456789\\ud83d\"}},{\"key\":\"huge\",\"value\":{\"intValue\":9223372036854776000}},{\"key\":\"e21\",\"value\":{\"intValue\":1e+21}}";
        assertThat(answer(JSON, json("{\"timeUnixNano\":\"%s\",\"body\":{\"stringValue\":\"script\"},\"attributes\":[%s]}".formatted(nanos(Instant.now()), attributes)))).isEqualTo("{}");
        Record row = StoredLogs.liveRow(receiver.warehouse(), "script");
        assertThat(row.getField("attributes")).isEqualTo(Map.of("cut", "123456789\uFFFD", "huge", Double.toString(0x1p63), "e21", "1.0E21"));
        assertThat(row.getField("attribute_types")).isEqualTo("sdd");
    }

    private String answer(String type, byte[] body)
            throws Exception
    {
        return receiver.answer(type, 200, body);
    }

    private Instant timestamp(String body)
            throws Exception
    {
        return ((OffsetDateTime) StoredLogs.liveRow(receiver.warehouse(), body).getField("timestamp")).withOffsetSameInstant(ZoneOffset.UTC).toInstant();
    }

    private static String timed(String body, long time, long observed)
    {
        return "{\"timeUnixNano\":\"%s\",\"observedTimeUnixNano\":\"%s\",\"body\":{\"stringValue\":\"%s\"}}".formatted(time, observed, body);
    }

    private static long nanos(Instant instant)
    {
        return ChronoUnit.NANOS.between(Instant.EPOCH, instant);
    }

    private static void replace(byte[] bytes, byte[] found, byte[] by)
    {
        for (int i = 0; i + found.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + found.length, found, 0, found.length)) {
                System.arraycopy(by, 0, bytes, i, by.length);
                return;
            }
        }
        throw new IllegalArgumentException("Cannot find what to replace");
    }
}
