package io.icegate.receiver.decode.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.signal.RefusedException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestJsonTranscoder
{
    private static final JsonTranscoder TRANSCODER = new JsonTranscoder(ExportLogsServiceRequest.getDescriptor(), 200, 1_000);

    @Test
    @OtlpRow(17)
    void testExampleOfTheSpecification()
    {
        ExportLogsServiceRequest request = read(
                """
                {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},
                "scopeLogs":[{"scope":{"name":"my.library","version":"1.0.0","attributes":[{"key":"my.scope.attribute","value":{"stringValue":"some scope attribute"}}]},
                "logRecords":[{"timeUnixNano":"1544712660300000000","observedTimeUnixNano":"1544712660300000000","severityNumber":10,"severityText":"Information",
                "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","body":{"stringValue":"Example log record"},
                "attributes":[{"key":"string.attribute","value":{"stringValue":"some string"}},{"key":"boolean.attribute","value":{"boolValue":true}},
                {"key":"int.attribute","value":{"intValue":"10"}},{"key":"double.attribute","value":{"doubleValue":637.704}},
                {"key":"array.attribute","value":{"arrayValue":{"values":[{"stringValue":"many"},{"stringValue":"values"}]}}},
                {"key":"map.attribute","value":{"kvlistValue":{"values":[{"key":"some.map.key","value":{"stringValue":"some value"}}]}}}]}]}]}]}
                """);
        LogRecord record = request.getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
        assertThat(record.getTimeUnixNano()).isEqualTo(1_544_712_660_300_000_000L);
        assertThat(record.getSeverityNumberValue()).isEqualTo(10);
        assertThat(HexFormat.of().formatHex(record.getTraceId().toByteArray())).isEqualTo("5b8efff798038103d269b633813fc60c");
        assertThat(record.getAttributesCount()).isEqualTo(6);
        assertThat(record.getAttributes(2).getValue().getIntValue()).isEqualTo(10);
        assertThat(record.getAttributes(3).getValue().getDoubleValue()).isEqualTo(637.704);
        assertThat(record.getAttributes(5).getValue().getKvlistValue().getValues(0).getKey()).isEqualTo("some.map.key");
    }

    @Test
    @OtlpRow({17, 18})
    void testIntegers()
    {
        assertThat(value("{\"intValue\":9007199254740991}").getIntValue()).isEqualTo(9_007_199_254_740_991L);
        assertThat(value("{\"intValue\":\"-9223372036854775808\"}").getIntValue()).isEqualTo(Long.MIN_VALUE);
        assertThat(value("{\"intValue\":1e3}").getIntValue()).isEqualTo(1000);
        assertThat(value("{\"intValue\":\"1e3\"}").getIntValue()).isEqualTo(1000);
        assertThat(value("{\"intValue\":5.0}").getIntValue()).isEqualTo(5);
        assertThat(record("{\"timeUnixNano\":\"18446744073709551615\"}").getTimeUnixNano()).isEqualTo(-1);
        assertThat(record("{\"timeUnixNano\":18446744073709551615}").getTimeUnixNano()).isEqualTo(-1);
        assertThat(record("{\"flags\":257,\"droppedAttributesCount\":\"4294967295\"}").getDroppedAttributesCount()).isEqualTo(-1);
    }

    @Test
    @OtlpRow(17)
    void testEnumsByNumberAndName()
    {
        assertThat(record("{\"severityNumber\":9}").getSeverityNumberValue()).isEqualTo(9);
        assertThat(record("{\"severityNumber\":\"SEVERITY_NUMBER_WARN\"}").getSeverityNumberValue()).isEqualTo(13);
        assertThat(record("{\"severityNumber\":777}").getSeverityNumberValue()).isEqualTo(777);
    }

    @Test
    @OtlpRow(17)
    void testDoubles()
    {
        assertThat(value("{\"doubleValue\":\"NaN\"}").getDoubleValue()).isNaN();
        assertThat(value("{\"doubleValue\":\"-Infinity\"}").getDoubleValue()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(value("{\"doubleValue\":\"0.5\"}").getDoubleValue()).isEqualTo(0.5);
        assertThat(value("{\"doubleValue\":3}").getDoubleValue()).isEqualTo(3.0);
    }

    @Test
    @OtlpRow(18)
    void testOneofAndNull()
    {
        assertThat(value("{\"stringValue\":\"a\",\"intValue\":7}").getIntValue()).isEqualTo(7);
        assertThat(value("{\"intValue\":7,\"stringValue\":\"a\"}").getStringValue()).isEqualTo("a");
        assertThat(value("{\"intValue\":7,\"stringValue\":null}").getIntValue()).isEqualTo(7);
        assertThat(value("{\"stringValue\":\"\"}").hasStringValue()).isTrue();
        assertThat(value("{}").getValueCase()).isEqualTo(AnyValue.ValueCase.VALUE_NOT_SET);
        assertThat(record("{\"body\":null,\"traceId\":null,\"attributes\":null}")).isEqualTo(LogRecord.getDefaultInstance());
    }

    @Test
    @OtlpRow(17)
    void testUnknownAndSnakeCaseKeysAreIgnored()
    {
        assertThat(record("{\"time_unix_nano\":\"5\",\"nobody\":{\"knows\":[1,2,{}]},\"flags\":1}")).isEqualTo(LogRecord.newBuilder().setFlags(1).build());
        assertThat(read("{\"resource_logs\":[{}]}")).isEqualTo(ExportLogsServiceRequest.getDefaultInstance());
        assertThat(read("{}")).isEqualTo(ExportLogsServiceRequest.getDefaultInstance());
    }

    @Test
    @OtlpRow(17)
    void testBytes()
    {
        for (String text : List.of("AP+/", "AP-_")) {
            assertThat(HexFormat.of().formatHex(value("{\"bytesValue\":\"" + text + "\"}").getBytesValue().toByteArray())).isEqualTo("00ffbf");
        }
        assertThat(value("{\"bytesValue\":\"AA\"}").getBytesValue().size()).isEqualTo(1);
    }

    @Test
    @OtlpRow(15)
    void testMalformed()
    {
        assertMalformed("", "it is no JSON object");
        assertMalformed("[]", "it is no JSON object");
        assertMalformed("{} {}", "text follows the JSON object");
        assertMalformed("{\"resourceLogs\":[", "it is no valid JSON at line 1, column 18");
        assertMalformed("{resourceLogs:[]}", "it is no valid JSON at line 1, column 2");
        assertMalformedRecord("{\"traceId\":\"xyz\"}", "traceId is not hex digits");
        assertMalformedRecord("{\"traceId\":\"abc\"}", "traceId is not hex digits");
        assertMalformedRecord("{\"traceId\":5}", "traceId is not hex digits in a string");
        assertMalformedRecord("{\"timeUnixNano\":-1}", "timeUnixNano is not an integer from 0 to 18446744073709551615");
        assertMalformedRecord("{\"timeUnixNano\":\"18446744073709551616\"}", "timeUnixNano is not an integer from 0 to 18446744073709551615");
        assertMalformedRecord("{\"timeUnixNano\":1.5}", "timeUnixNano is not an integer");
        assertMalformedRecord("{\"timeUnixNano\":1e999999999}", "timeUnixNano is not an integer");
        assertMalformedRecord("{\"severityNumber\":\"LOUD\"}", "severityNumber is not an integer");
        assertMalformedRecord("{\"severityText\":5}", "severityText is not a string");
        assertMalformedRecord("{\"body\":{\"boolValue\":\"true\"}}", "body/boolValue is not true or false");
        assertMalformedRecord("{\"body\":{\"doubleValue\":1e999}}", "body/doubleValue is not a number that a double can hold");
        assertMalformedRecord("{\"body\":{\"doubleValue\":\"0x1p3\"}}", "body/doubleValue is not a number");
        assertMalformedRecord("{\"body\":{\"bytesValue\":\"%\"}}", "body/bytesValue is not base64");
        assertMalformedRecord("{\"body\":\"text\"}", "body is not an object");
    }

    @Test
    void testInvalidUtf8IsHandedOn()
            throws Exception
    {
        String json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"severityText\":\"\u00E9 ? \uD83D\uDE80\"}]}]}]}";
        byte[] damaged = json.getBytes(UTF_8);
        damaged[json.indexOf('?') + 1] = (byte) 0xFF;
        TranscodedRequest request = TRANSCODER.transcode(damaged);
        assertThat(request.wrong()).isEmpty();
        // as the bytes of the string that they are in
        byte[] text = "\u00E9 ? \uD83D\uDE80".getBytes(UTF_8);
        text[3] = (byte) 0xFF;
        assertThat(ByteString.copyFrom(request.protobuf()).toString(ISO_8859_1)).contains(new String(text, ISO_8859_1));
        assertThat(ByteString.copyFrom(request.protobuf()).isValidUtf8()).isFalse();
    }

    /**
     * As the same exporters' protobuf encoding delivers it.
     */
    @Test
    @OtlpRow(17)
    void testJavaScriptExporters()
    {
        assertThat(value("{\"stringValue\":\"123456789\\ud83d\"}").getStringValue()).isEqualTo("123456789\uFFFD");
        assertThat(value("{\"stringValue\":\"\\udc80 \\ud83d\\ude80\"}").getStringValue()).isEqualTo("\uFFFD \uD83D\uDE80");
        assertThat(value("{\"intValue\":9223372036854776000}").getDoubleValue()).isEqualTo(0x1p63);
        assertThat(value("{\"intValue\":1e+21}").getDoubleValue()).isEqualTo(1e21);
        assertThat(value("{\"intValue\":-1e+21}").getDoubleValue()).isEqualTo(-1e21);
        assertThat(value("{\"intValue\":-9223372036854776000}").getIntValue()).isEqualTo(Long.MIN_VALUE);
        assertThat(value("{\"intValue\":-9223372036854776000}").hasIntValue()).isTrue();
        assertThat(value("{\"intValue\":9223372036854775807}").getIntValue()).isEqualTo(Long.MAX_VALUE);
        assertThat(value("{\"intValue\":-9223372036854775808}").getIntValue()).isEqualTo(Long.MIN_VALUE);
        assertThat(value("{\"intValue\":13510798882111488}").getIntValue()).isEqualTo(13_510_798_882_111_488L);
        assertThat(value("{\"doubleValue\":5e-324}").getDoubleValue()).isEqualTo(Double.MIN_VALUE);
        // not a number of JavaScript
        assertMalformedRecord("{\"body\":{\"intValue\":\"9223372036854775808\"}}", "body/intValue is not an integer from -9223372036854775808 to 9223372036854775807");
    }

    @Test
    void testWrongRecordCostsNoNeighbour()
            throws Exception
    {
        for (String bad : List.of("{\"body\":{\"stringValue\":[[{}]],\"x\":{}},\"flags\":1}", "{\"attributes\":[{\"key\":\"k\",\"value\":{\"boolValue\":0}},{}]}", "7", "[[1]]")) {
            String json = "{\"resourceLogs\":[{},{\"scopeLogs\":[{\"logRecords\":[{\"severityText\":\"a\"},%s,{\"severityText\":\"b\"}],\"schemaUrl\":\"s\"}]}]}".formatted(bad);
            TranscodedRequest request = TRANSCODER.transcode(json.getBytes(UTF_8));
            assertThat(request.wrong()).as(bad).containsOnlyKeys(new Place(1, 0, 1));
            ScopeLogs scope = ExportLogsServiceRequest.parseFrom(request.protobuf()).getResourceLogs(1).getScopeLogs(0);
            assertThat(scope.getLogRecordsList()).extracting(LogRecord::getSeverityText).containsExactly("a", "", "b");
            assertThat(scope.getSchemaUrl()).isEqualTo("s");
        }
        TranscodedRequest request = TRANSCODER.transcode("{\"resourceLogs\":[{\"resource\":{\"attributes\":7},\"scopeLogs\":[{\"scope\":\"x\",\"logRecords\":[{}]}]}]}".getBytes(UTF_8));
        assertThat(request.wrong()).isEqualTo(Map.of(new Place(0, -1, -1), "attributes is not an array", new Place(0, 0, -1), "it is not an object"));
    }

    @Test
    @OtlpRow(18)
    void testLastOfARepeatedKeyCounts()
            throws Exception
    {
        assertThat(record("{\"attributes\":[{\"key\":\"a\"}],\"flags\":1,\"attributes\":[{\"key\":\"b\"}],\"flags\":2}"))
                .isEqualTo(LogRecord.newBuilder().setFlags(2).addAttributes(KeyValue.newBuilder().setKey("b")).build());
        assertThat(value("{\"arrayValue\":{\"values\":[{}]},\"stringValue\":\"s\",\"arrayValue\":{\"values\":[]}}").getArrayValue().getValuesCount()).isZero();
        TranscodedRequest request = TRANSCODER.transcode("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[5]}]}],\"resourceLogs\":[{}]}".getBytes(UTF_8));
        assertThat(request.wrong()).isEmpty();
        assertThat(ExportLogsServiceRequest.parseFrom(request.protobuf())).isEqualTo(ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.getDefaultInstance()).build());
    }

    @Test
    void testUnknownKeysAreTold()
    {
        assertThat(unknown("{\"resource_logs\":[]}")).contains("1 key ignored that OTLP does not know, first 'resource_logs' at /resource_logs; the nearest known key there is 'resourceLogs'");
        assertThat(unknown("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{},{\"severity_text\":\"x\",\"trace_id\":5}]}]}]}"))
                .contains("2 keys ignored that OTLP does not know, first 'severity_text' at /resourceLogs/0/scopeLogs/0/logRecords/1/severity_text; the nearest known key there is 'severityText'");
        assertThat(unknown("{\"event\":\"hello\",\"time\":1}")).contains("2 keys ignored that OTLP does not know, first 'event' at /event; the nearest known key there is 'resourceLogs'");
        assertThat(unknown("{\"resourceLogs\":[]}")).isEmpty();
        // everything in these is lost
        assertThat(unknown("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"msg\":\"x\",\"level\":\"info\"}]}]}]}")).hasValueSatisfying(text -> assertThat(text).startsWith("2 keys ignored that OTLP does not know, first 'msg' at /resourceLogs/0/scopeLogs/0/logRecords/0/msg;"));
        assertThat(unknown("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"text/plain\":\"x\"}}]}]}]}")).hasValueSatisfying(text -> assertThat(text).startsWith("1 key ignored that OTLP does not know, first 'text/plain' at /resourceLogs/0/scopeLogs/0/logRecords/0/body/text~1plain;"));
        assertThat(unknown("{\"%s\":1}".formatted("x".repeat(1_000_000)))).hasValueSatisfying(text -> assertThat(text).hasSizeLessThan(300));
    }

    /**
     * Exporters log each remark, so a client that is newer than we are must not get one with every request.
     */
    @Test
    @OtlpRow(17)
    void testKeysOfNewerClientsAreNotTold()
    {
        assertThat(unknown("{\"futureTop\":1,\"resourceLogs\":[{\"futureEnvelope\":{},\"scopeLogs\":[{\"scope\":{\"name\":\"s\",\"futureOfScope\":[1]},\"logRecords\":[{\"futureField\":{\"a\":[1,{\"b\":null}]},\"body\":{\"stringValue\":\"x\"}}]}]}]}")).isEmpty();
        assertThat(unknown("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"observedTimeUnixMillis\":\"5\",\"traceIdentifier\":\"x\",\"flags\":1,\"someday\":null}]}]}]}")).isEmpty();
        for (String mistake : List.of("trace_id", "TraceId", "trace-id", "TRACE_ID", "traceid")) {
            assertThat(unknown("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"flags\":1,\"%s\":\"x\",\"futureField\":5}]}]}]}".formatted(mistake)))
                    .contains("1 key ignored that OTLP does not know, first '%1$s' at /resourceLogs/0/scopeLogs/0/logRecords/0/%1$s; the nearest known key there is 'traceId'".formatted(mistake));
        }
    }

    private static Optional<String> unknown(String json)
    {
        return TRANSCODER.transcode(json.getBytes(UTF_8)).unknownKeys();
    }

    @Test
    @OtlpRow(31)
    void testNesting()
    {
        assertThat(value(nested(64))).isNotNull();
        assertThat(value(nested(65))).isNotNull();
        assertMalformedRecord("{\"body\":" + nested(67) + "}", "values are nested too deep");
        assertMalformed("{\"x\":" + "[".repeat(100_001), "it nests deeper than 100000 levels of JSON");
        assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(RefusedException.class);
        assertMalformedRecord("{\"body\":" + nested(10_000) + "}", "values are nested too deep");
        assertThat(record("{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + ",\"flags\":1}").getFlags()).isEqualTo(1);
        assertThatThrownBy(() -> record("{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}")).isInstanceOf(RefusedException.class);
    }

    private static String nested(int depth)
    {
        return "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":".repeat(depth - 1) + "{}" + "}]}}".repeat(depth - 1);
    }

    private static void assertMalformed(String json, String message)
    {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot decode request: " + message);
    }

    private static void assertMalformedRecord(String record, String reason)
    {
        String json = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" + record + "]}]}]}";
        assertThat(TRANSCODER.transcode(json.getBytes(UTF_8)).wrong()).isEqualTo(Map.of(new Place(0, 0, 0), reason));
    }

    private static AnyValue value(String json)
    {
        return record("{\"body\":" + json + "}").getBody();
    }

    private static LogRecord record(String json)
    {
        return read("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" + json + "]}]}]}").getResourceLogs(0).getScopeLogs(0).getLogRecords(0);
    }

    private static ExportLogsServiceRequest read(String json)
    {
        TranscodedRequest request = TRANSCODER.transcode(json.getBytes(UTF_8));
        assertThat(request.wrong()).isEmpty();
        CodedInputStream in = CodedInputStream.newInstance(request.protobuf());
        in.setRecursionLimit(200);
        try {
            return ExportLogsServiceRequest.parseFrom(in);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
