package io.icegate.receiver;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.icegate.receiver.TestingReceiver.json;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The columns that values of every kind end up in. The inputs are those of public bug reports about systems that do the same
 * job; the expected values are those of docs/format/schema.md.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestFieldValues
{
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final String SPAN = "eee19b7ec3c1b174";

    private final TestingReceiver receiver = TestingReceiver.withoutCommits();
    private final LogsClient client = receiver.client();

    @AfterAll
    void stop()
    {
        receiver.close();
    }

    @Test
    void testIntegers()
            throws Exception
    {
        String integers = integers(Map.of("num", "42", "str", "\"42\"", "neg", "\"-7\"", "max", "\"9223372036854775807\"", "maxn", "9223372036854775807", "min", "\"-9223372036854775808\"", "exp", "1e3", "zero", "\"0\"", "beyond53", "9007199254740993"));
        assertThat(answer(200, json("{\"severityNumber\":\"9\",\"flags\":\"1\",\"droppedAttributesCount\":\"7\",\"body\":{\"stringValue\":\"integers\"},\"attributes\":[%s]}".formatted(integers)))).isEqualTo("{}");
        Record row = row("integers");
        assertThat(row.getField("attributes")).isEqualTo(Map.of("num", "42", "str", "42", "neg", "-7", "max", "9223372036854775807", "maxn", "9223372036854775807", "min", "-9223372036854775808", "exp", "1000", "zero", "0", "beyond53", "9007199254740993"));
        assertThat(row.getField("attribute_types")).isEqualTo("iiiiiiiii");
        assertThat(row.getField("severity_number")).isEqualTo(9);
        assertThat(row.getField("flags")).isEqualTo(1L);
        assertThat(row.getField("dropped_attributes_count")).isEqualTo(7L);
        for (String wrong : List.of("\"1.5\"", "\"18446744073709551616\"", "\"\"")) {
            assertThat(answer(200, json("{\"attributes\":[%s]}".formatted(integers(Map.of("x", wrong))), "{\"body\":{\"stringValue\":\"beside %s\"}}".formatted(wrong.replace("\"", "'")))))
                    .contains("\"rejectedLogRecords\":\"1\"", "first resourceLogs/0/scopeLogs/0/logRecords/0: attributes/0/value/intValue is not an integer");
            assertThat(row("beside " + wrong.replace("\"", "'"))).isNotNull();
        }
    }

    @Test
    @OtlpRow(17)
    void testIdsInJson()
            throws Exception
    {
        assertThat(answer(200, json(
                ids("upper", TRACE.toUpperCase(java.util.Locale.ROOT), SPAN.toUpperCase(java.util.Locale.ROOT)),
                ids("lower", TRACE, SPAN),
                ids("empty", "", ""),
                ids("zero", "0".repeat(32), "0".repeat(16)),
                ids("64 bit", SPAN, SPAN)))).isEqualTo("{}");
        assertIds("upper", TRACE, SPAN, false);
        assertIds("lower", TRACE, SPAN, false);
        assertIds("empty", null, null, false);
        assertIds("zero", null, null, true);
        assertIds("64 bit", SPAN, SPAN, false);
        for (String wrong : List.of("W47/95gDgQPSabYzgT/GDA==", "5b8efff7-9803-8103-d269-b633813fc60c", TRACE.substring(1))) {
            assertThat(answer(200, json(ids("wrong", wrong, SPAN), ids("beside " + wrong, TRACE, SPAN))))
                    .contains("\"rejectedLogRecords\":\"1\"", "logRecords/0: traceId is not hex digits");
            assertIds("beside " + wrong, TRACE, SPAN, false);
        }
    }

    @Test
    void testIdsOfAnotherLengthCostNoRecord()
            throws Exception
    {
        byte[] request = request(
                LogRecord.newBuilder().setBody(text("hex text")).setTraceId(ByteString.copyFrom(TRACE, US_ASCII)).setSpanId(ByteString.copyFrom(SPAN, US_ASCII)).build(),
                LogRecord.newBuilder()
                        .setBody(text("upper hex text"))
                        .setTraceId(ByteString.copyFrom(TRACE.toUpperCase(java.util.Locale.ROOT), US_ASCII))
                        .setSpanId(ByteString.copyFrom(SPAN.toUpperCase(java.util.Locale.ROOT), US_ASCII))
                        .build(),
                LogRecord.newBuilder().setBody(text("right ids")).setTraceId(ByteString.fromHex(TRACE)).setSpanId(ByteString.fromHex(SPAN)).build(),
                LogRecord.newBuilder().setBody(text("four bytes")).setTraceId(ByteString.copyFrom("abcd", US_ASCII)).build());
        assertThat(receiver.answer(PROTOBUF, 200, request)).isEmpty();
        assertIds("hex text", TRACE, SPAN, true);
        assertIds("upper hex text", TRACE, SPAN, true);
        assertIds("right ids", TRACE, SPAN, false);
        assertIds("four bytes", "61626364", null, false);
    }

    @Test
    void testBodies()
            throws Exception
    {
        assertBody("{\"stringValue\":\"text\"}", "text", null);
        assertBody("{\"stringValue\":\"\"}", "", null);
        assertBody("null", null, null);
        assertBody("{}", null, "e");
        assertBody("{\"intValue\":\"-5\"}", "-5", "i");
        assertBody("{\"doubleValue\":0.1}", "0.1", "d");
        assertBody("{\"boolValue\":false}", "false", "b");
        assertBody("{\"bytesValue\":\"AAECAw==\"}", "AAECAw==", "y");
        assertBody("{\"bytesValue\":\"_-8\"}", "/+8=", "y");
        assertBody("{\"arrayValue\":{\"values\":[{\"stringValue\":\"a\"},{\"intValue\":1},{}]}}", "[\"a\",1,null]", "a");
        assertBody("{\"arrayValue\":{}}", "[]", "a");
        assertBody("{\"kvlistValue\":{\"values\":[]}}", "{}", "k");
        assertBody(
                "{\"kvlistValue\":{\"values\":[{\"key\":\"log\",\"value\":{\"stringValue\":\"line \\\"q\\\"\\n\"}},{\"key\":\"n\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"x\",\"value\":{\"doubleValue\":2}}]}}}]}}",
                "{\"log\":\"line \\\"q\\\"\\n\",\"n\":{\"x\":2.0}}",
                "k");
        assertBody("{\"doubleValue\":\"NaN\"}", "NaN", "d");
        assertBody("{\"doubleValue\":\"-Infinity\"}", "-Infinity", "d");
        assertBody("{\"doubleValue\":1e300}", "1.0E300", "d");
        assertBody("{\"doubleValue\":\"1.5\"}", "1.5", "d");
    }

    private void assertBody(String sent, @Nullable String body, @Nullable String type)
            throws Exception
    {
        assertThat(answer(200, json("{\"eventName\":\"%s\",\"body\":%s}".formatted(sent.hashCode(), sent)))).isEqualTo("{}");
        Record row = StoredLogs.liveRow(receiver.warehouse(), "event_name", Integer.toString(sent.hashCode()));
        assertThat(row.getField("body")).as(sent).isEqualTo(body);
        assertThat(row.getField("body_type")).as(sent).isEqualTo(type);
    }

    @Test
    void testKeysAreStoredAsSent()
            throws Exception
    {
        List<String> keys = List.of("a", "a.b", "a.b.c", "app.kubernetes.io/name", "with space", "quo\\\"te'", "\u043A\u043B\u044E\u0447", "\u952E", "\uD83D\uDE80", "UPPER", "upper", "", "k".repeat(5_000), "$.x", "line\\nbreak", "\u0301", "\u00E9", "e\u0301");
        String attributes = IntStream.range(0, keys.size()).mapToObj(i -> attribute(keys.get(i), Integer.toString(i))).collect(Collectors.joining(","));
        assertThat(answer(200, json("{\"body\":{\"stringValue\":\"keys\"},\"attributes\":[%s]}".formatted(attributes)))).isEqualTo("{}");
        Map<String, String> expected = new HashMap<>();
        IntStream.range(0, keys.size()).forEach(i -> expected.put(keys.get(i).replace("\\\"", "\"").replace("\\n", "\n"), Integer.toString(i)));
        assertThat(row("keys").getField("attributes")).isEqualTo(expected);
    }

    @Test
    void testRepeatedKeys()
            throws Exception
    {
        String attributes = String.join(",", attribute("fooAttr", "scope0"), attribute("fooAttr", "scope1"), attribute("other", "o"), integers(Map.of("fooAttr", "3")));
        String request = "{\"resourceLogs\":[{\"resource\":{\"attributes\":[%s,%s]},\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"repeated\"},\"attributes\":[%s]}]}]}]}"
                .formatted(attribute("service.name", "first"), attribute("service.name", "second"), attributes);
        assertThat(answer(200, request.getBytes(UTF_8))).isEqualTo("{}");
        Record row = row("repeated");
        assertThat(row.getField("attributes")).as("the last one").isEqualTo(Map.of("fooAttr", "3", "other", "o"));
        assertThat(row.getField("attribute_types")).isEqualTo("is");
        assertThat(row.getField("service_name")).isEqualTo("second");
        assertThat(row.getField("otlp_residual")).as("holds them all").isNotNull();
    }

    @Test
    void testServiceNameOfAnotherType()
            throws Exception
    {
        String request = "{\"resourceLogs\":[{\"resource\":{\"attributes\":[%s]},\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"service 7\"}}]}]}]}".formatted(integers(Map.of("service.name", "7")));
        assertThat(answer(200, request.getBytes(UTF_8))).isEqualTo("{}");
        assertThat(row("service 7").getField("service_name")).isEqualTo("7");
        assertThat(row("service 7").getField("resource_attribute_types")).isEqualTo("i");
    }

    @Test
    void testTimesAreKeptExactly()
            throws Exception
    {
        // as what was sent is kept even when it is no possible timestamp
        for (String time : List.of("0", "18446744073709551615", "9223372036854775813", "1893456000000000000", "1764230400123456789")) {
            assertThat(answer(200, json("{\"timeUnixNano\":\"%1$s\",\"observedTimeUnixNano\":%1$s,\"body\":{\"stringValue\":\"time %1$s\"}}".formatted(time)))).contains("{");
            assertThat(row("time " + time).getField("time_unix_nano")).isEqualTo(Long.parseUnsignedLong(time));
            assertThat(row("time " + time).getField("observed_time_unix_nano")).isEqualTo(Long.parseUnsignedLong(time));
        }
        assertThat(answer(400, json("{\"timeUnixNano\":\"-1\"}"))).contains("logRecords/0: timeUnixNano is not an integer from 0 to 18446744073709551615");
    }

    @Test
    void testSeverities()
            throws Exception
    {
        Map<String, Integer> severities = Map.of("\"SEVERITY_NUMBER_ERROR\"", 17, "0", 0, "25", 25, "100", 100, "-1", -1, "2147483647", Integer.MAX_VALUE, "\"9\"", 9);
        for (Map.Entry<String, Integer> severity : severities.entrySet()) {
            assertThat(answer(200, json("{\"severityNumber\":%s,\"severityText\":\"TXT\",\"body\":{\"stringValue\":\"severity %s\"}}".formatted(severity.getKey(), severity.getValue())))).isEqualTo("{}");
            Record row = row("severity " + severity.getValue());
            assertThat(row.getField("severity_number")).isEqualTo(severity.getValue());
            assertThat(row.getField("severity_text")).isEqualTo("TXT");
        }
        for (String wrong : List.of("\"ERROR\"", "\"info\"", "2147483648")) {
            assertThat(answer(400, json("{\"severityNumber\":%s}".formatted(wrong)))).contains("logRecords/0: severityNumber is not an integer");
        }
        client.export(request(LogRecord.newBuilder().setSeverityNumberValue(99).setBody(text("severity 99")).build()));
        assertThat(row("severity 99").getField("severity_number")).isEqualTo(99);
    }

    @Test
    void testControlCharacters()
            throws Exception
    {
        List<String> texts = List.of("a\0b", "\0", "\u001B[31mred\u001B[0m", "crlf\r\nend", "\uFFFE\uFFFF", "\uD83D\uDE00\uD834\uDD1E", "\u2028\u2029", "\u007F\u0080\u009F", "tab\there", "\uFEFFbom", " lead and trail ", "\uD7FF\uE000");
        for (String text : texts) {
            String escaped = text.chars().mapToObj("\\u%04x"::formatted).collect(Collectors.joining());
            String request = "{\"resourceLogs\":[{\"resource\":{\"attributes\":[%s]},\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"%s\"},\"attributes\":[%s]}]}]}]}"
                    .formatted(attribute("service.name", "svc" + escaped), escaped, attribute("v" + escaped, escaped));
            assertThat(answer(200, request.getBytes(UTF_8))).isEqualTo("{}");
            Record row = row(text);
            assertThat(row.getField("attributes")).isEqualTo(Map.of("v" + text, text));
            assertThat(row.getField("service_name")).isEqualTo("svc" + text);
            assertThat(row.getField("otlp_residual")).isNull();
        }
    }

    @Test
    @OtlpRow(31)
    void testDeepValues()
            throws Exception
    {
        for (int levels : new int[] {30, 60, 64}) {
            String array = "{\"arrayValue\":{\"values\":[".repeat(levels - 1) + "{\"stringValue\":\"deep\"}" + "]}}".repeat(levels - 1);
            String map = "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":".repeat(levels - 1) + "{\"stringValue\":\"deep\"}" + "}]}}".repeat(levels - 1);
            String attributes = "{\"key\":\"array\",\"value\":%s},{\"key\":\"map\",\"value\":%s}".formatted(array, map);
            assertThat(answer(200, json("{\"body\":{\"stringValue\":\"%s levels\"},\"attributes\":[%s]}".formatted(levels, attributes)))).isEqualTo("{}");
            assertThat(row(levels + " levels").getField("attributes")).isEqualTo(Map.of(
                    "array", "[".repeat(levels - 1) + "\"deep\"" + "]".repeat(levels - 1),
                    "map", "{\"k\":".repeat(levels - 1) + "\"deep\"" + "}".repeat(levels - 1)));
        }
        for (String endless : List.of("{\"x\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}", "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":" + "{\"arrayValue\":{\"values\":[".repeat(200_000))) {
            assertThat(answer(400, endless.getBytes(UTF_8))).contains("it nests deeper than 100000 levels of JSON");
        }
    }

    @Test
    void testAllAroundARecord()
            throws Exception
    {
        String resource = "{\"attributes\":[%s,%s,%s],\"droppedAttributesCount\":3,\"entityRefs\":[{\"schemaUrl\":\"u\",\"type\":\"service\",\"idKeys\":[\"service.name\",\"service.namespace\"],\"descriptionKeys\":[\"service.version\"]}]}"
                .formatted(attribute("service.name", "cart"), attribute("service.namespace", "shop"), attribute("service.instance.id", "i-1"));
        String scope = "{\"name\":\"lib\",\"version\":\"1.2\",\"attributes\":[{\"key\":\"sa\",\"value\":{\"boolValue\":true}}],\"droppedAttributesCount\":4294967295}";
        String record = "{\"observedTimeUnixNano\":\"5\",\"severityNumber\":17,\"severityText\":\"\",\"eventName\":\"user.login\",\"flags\":4294967295,\"droppedAttributesCount\":4294967295,\"body\":{\"stringValue\":\"all around\"},\"futureField\":{\"a\":[1,{\"b\":null}]}}";
        String request = "{\"resourceLogs\":[{\"resource\":%s,\"schemaUrl\":\"resource-url\",\"scopeLogs\":[{\"scope\":%s,\"schemaUrl\":\"scope-url\",\"logRecords\":[%s]},{\"logRecords\":[{\"body\":{\"stringValue\":\"bare scope\"}}]}]},{\"scopeLogs\":[{}]},{}],\"futureTop\":1}"
                .formatted(resource, scope, record);
        // keys of a newer client are no reason for a remark; that the observed time is far off is one
        assertThat(answer(200, request.getBytes(UTF_8))).contains("1 record with a time too far off").doesNotContain("future");
        Map<String, Object> common = new HashMap<>();
        common.put("service_name", "cart");
        common.put("service_namespace", "shop");
        common.put("service_instance_id", "i-1");
        common.put("resource_schema_url", "resource-url");
        common.put("resource_dropped_attributes_count", 3L);
        Map<String, Object> all = new HashMap<>(common);
        all.putAll(Map.of("scope_name", "lib", "scope_version", "1.2", "scope_attributes", Map.of("sa", "true"), "scope_attribute_types", "b", "scope_dropped_attributes_count", 4294967295L, "scope_schema_url", "scope-url"));
        all.putAll(Map.of("event_name", "user.login", "severity_number", 17, "flags", 4294967295L, "dropped_attributes_count", 4294967295L, "observed_time_unix_nano", 5L));
        all.put("severity_text", null);
        assertColumns("all around", all);
        Map<String, Object> bare = new HashMap<>(common);
        bare.putAll(Map.of("scope_attributes", Map.of(), "scope_dropped_attributes_count", 0L, "flags", 0L, "dropped_attributes_count", 0L, "observed_time_unix_nano", 0L, "attributes", Map.of()));
        for (String column : List.of("scope_name", "scope_version", "scope_attribute_types", "scope_schema_url", "event_name", "severity_text", "attribute_types", "otlp_residual")) {
            bare.put(column, null);
        }
        assertColumns("bare scope", bare);
        Record entity = (Record) ((List<?>) row("bare scope").getField("resource_entity_refs")).getFirst();
        assertThat(List.of(entity.getField("schema_url"), entity.getField("type"), entity.getField("id_keys"), entity.getField("description_keys")))
                .containsExactly("u", "service", List.of("service.name", "service.namespace"), List.of("service.version"));
    }

    private void assertColumns(String body, Map<String, Object> columns)
            throws Exception
    {
        Record row = row(body);
        columns.forEach((column, value) -> assertThat(row.getField(column)).as("%s of '%s'", column, body).isEqualTo(value));
    }

    private void assertIds(String body, @Nullable String trace, @Nullable String span, boolean hasResidual)
            throws Exception
    {
        Record row = row(body);
        assertThat(row.getField("trace_id")).as(body).isEqualTo(trace);
        assertThat(row.getField("span_id")).as(body).isEqualTo(span);
        assertThat(row.getField("otlp_residual") != null).as(body).isEqualTo(hasResidual);
    }

    private Record row(String body)
            throws Exception
    {
        return StoredLogs.liveRow(receiver.warehouse(), body);
    }

    private String answer(int status, byte[] json)
            throws Exception
    {
        return receiver.answer(JSON, status, json);
    }

    private static String ids(String body, String trace, String span)
    {
        return "{\"body\":{\"stringValue\":\"%s\"},\"traceId\":\"%s\",\"spanId\":\"%s\"}".formatted(body, trace, span);
    }

    private static String attribute(String key, String value)
    {
        return "{\"key\":\"%s\",\"value\":{\"stringValue\":\"%s\"}}".formatted(key, value);
    }

    private static String integers(Map<String, String> values)
    {
        return values.entrySet().stream().map(entry -> "{\"key\":\"%s\",\"value\":{\"intValue\":%s}}".formatted(entry.getKey(), entry.getValue())).collect(Collectors.joining(","));
    }

    private static byte[] request(LogRecord... records)
    {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        request.addResourceLogsBuilder().addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(List.of(records)));
        return request.build().toByteArray();
    }

    private static AnyValue text(String text)
    {
        return AnyValue.newBuilder().setStringValue(text).build();
    }
}
