package io.icegate.receiver.decode;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestOtlpJsonReader
{
    @Test
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
    void testEnumsByNumberAndName()
    {
        assertThat(record("{\"severityNumber\":9}").getSeverityNumberValue()).isEqualTo(9);
        assertThat(record("{\"severityNumber\":\"SEVERITY_NUMBER_WARN\"}").getSeverityNumberValue()).isEqualTo(13);
        assertThat(record("{\"severityNumber\":777}").getSeverityNumberValue()).isEqualTo(777);
    }

    @Test
    void testDoubles()
    {
        assertThat(value("{\"doubleValue\":\"NaN\"}").getDoubleValue()).isNaN();
        assertThat(value("{\"doubleValue\":\"-Infinity\"}").getDoubleValue()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(value("{\"doubleValue\":\"0.5\"}").getDoubleValue()).isEqualTo(0.5);
        assertThat(value("{\"doubleValue\":3}").getDoubleValue()).isEqualTo(3.0);
    }

    @Test
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
    void testUnknownAndSnakeCaseKeysAreIgnored()
    {
        assertThat(record("{\"time_unix_nano\":\"5\",\"nobody\":{\"knows\":[1,2,{}]},\"flags\":1}")).isEqualTo(LogRecord.newBuilder().setFlags(1).build());
        assertThat(read("{\"resource_logs\":[{}]}")).isEqualTo(ExportLogsServiceRequest.getDefaultInstance());
        assertThat(read("{}")).isEqualTo(ExportLogsServiceRequest.getDefaultInstance());
    }

    @Test
    void testBytes()
    {
        for (String text : List.of("AP+/", "AP-_")) {
            assertThat(HexFormat.of().formatHex(value("{\"bytesValue\":\"" + text + "\"}").getBytesValue().toByteArray())).isEqualTo("00ffbf");
        }
        assertThat(value("{\"bytesValue\":\"AA\"}").getBytesValue().size()).isEqualTo(1);
    }

    @Test
    void testMalformed()
    {
        assertMalformed("", "JSON field  is not an object");
        assertMalformed("[]", "JSON field  is not an object");
        assertMalformed("{\"resourceLogs\":{}}", "JSON field /resourceLogs is not an array");
        assertMalformed("{} {}", "text follows the JSON object");
        assertMalformed("{\"resourceLogs\":[", "it is no valid JSON: Unexpected end-of-input");
        assertMalformed("{resourceLogs:[]}", "it is no valid JSON: ");
        assertMalformedRecord("{\"traceId\":\"xyz\"}", "traceId is not hex digits");
        assertMalformedRecord("{\"traceId\":\"abc\"}", "traceId is not hex digits");
        assertMalformedRecord("{\"traceId\":5}", "traceId is not hex digits in a string");
        assertMalformedRecord("{\"timeUnixNano\":-1}", "timeUnixNano is not an integer from 0 to 18446744073709551615");
        assertMalformedRecord("{\"timeUnixNano\":\"18446744073709551616\"}", "timeUnixNano is not an integer from 0 to 18446744073709551615");
        assertMalformedRecord("{\"timeUnixNano\":1.5}", "timeUnixNano is not an integer");
        assertMalformedRecord("{\"timeUnixNano\":1e999999999}", "timeUnixNano is not an integer");
        assertMalformedRecord("{\"severityNumber\":\"LOUD\"}", "severityNumber is not an integer");
        assertMalformedRecord("{\"severityText\":5}", "severityText is not a string");
        assertMalformedRecord("{\"severityText\":\"\\ud800\"}", "severityText is not a string without unpaired surrogates");
        assertMalformedRecord("{\"body\":{\"boolValue\":\"true\"}}", "body/boolValue is not true or false");
        assertMalformedRecord("{\"body\":{\"doubleValue\":1e999}}", "body/doubleValue is not a number that a double can hold");
        assertMalformedRecord("{\"body\":{\"doubleValue\":\"0x1p3\"}}", "body/doubleValue is not a number");
        assertMalformedRecord("{\"body\":{\"bytesValue\":\"%\"}}", "body/bytesValue is not base64");
        assertMalformedRecord("{\"body\":\"text\"}", "body is not an object");
    }

    @Test
    void testInvalidUtf8()
    {
        byte[] json = "{\"a\":\"x\"}".getBytes(UTF_8);
        json[6] = (byte) 0xFF;
        assertThatThrownBy(() -> OtlpJsonReader.readLogs(json, DecodeLimits.DEFAULT))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessage("Cannot decode request: it is no valid UTF-8");
    }

    @Test
    void testNesting()
    {
        assertThat(value(nested(64))).isNotNull();
        assertMalformedRecord("{\"body\":" + nested(65) + "}", "values are nested deeper than 64 levels");
        assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> value(nested(10_000))).isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> record("{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}")).isInstanceOf(MalformedRequestException.class);
    }

    private static String nested(int depth)
    {
        return "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":".repeat(depth - 1) + "{}" + "}]}}".repeat(depth - 1);
    }

    private static void assertMalformed(String json, String message)
    {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageStartingWith("Cannot decode request: " + message);
    }

    private static void assertMalformedRecord(String json, String message)
    {
        assertThatThrownBy(() -> record(json))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageEndingWith(message);
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
        return OtlpJsonReader.readLogs(json.getBytes(UTF_8), DecodeLimits.DEFAULT);
    }
}
