package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;

import java.time.Instant;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Builds the requests of the golden segments. Nothing here may change: the stored segments are made of it.
 */
final class GoldenRequests
{
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123456Z");

    private static final long NOW_NANOS = 1_795_262_400_123_456_789L;

    private GoldenRequests() {}

    /**
     * Returns a request as a shop sends it: two services, call sites with equal keys, a trace, structured bodies.
     */
    static byte[] ordinary()
    {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        for (String service : new String[] {"checkout", "cart"}) {
            ScopeLogs.Builder logs = ScopeLogs.newBuilder()
                    .setScope(InstrumentationScope.newBuilder().setName("shop." + service).setVersion("1.4.2").addAttributes(text("lib", "slf4j")))
                    .setSchemaUrl("https://opentelemetry.io/schemas/1.37.0");
            for (int i = 0; i < 40; i++) {
                logs.addLogRecords(LogRecord.newBuilder()
                        .setTimeUnixNano(NOW_NANOS - 1_000_003L * i)
                        .setObservedTimeUnixNano(NOW_NANOS - 1_000_003L * i + 17)
                        .setSeverityNumberValue(i % 7 == 0 ? 17 : 9)
                        .setSeverityText(i % 7 == 0 ? "ERROR" : "INFO")
                        .setEventName(i % 9 == 0 ? "cart.emptied" : "")
                        .setBody(string("GET /cart/" + i * 31 + " took " + i * 13 % 57 + " ms"))
                        .addAttributes(text("http.route", "/cart/{id}"))
                        .addAttributes(KeyValue.newBuilder().setKey("http.status").setValue(AnyValue.newBuilder().setIntValue(i % 7 == 0 ? 500 : 200)))
                        .addAttributes(text("http.method", "GET"))
                        .setTraceId(id(16, i / 4))
                        .setSpanId(id(8, i))
                        .setFlags(1));
            }
            request.addResourceLogs(ResourceLogs.newBuilder()
                    .setResource(Resource.newBuilder()
                            .addAttributes(text("service.name", service))
                            .addAttributes(text("service.namespace", "shop"))
                            .addAttributes(text("service.instance.id", service + "-1"))
                            .addAttributes(text("host.name", "a1")))
                    .setSchemaUrl("https://opentelemetry.io/schemas/1.37.0")
                    .addScopeLogs(logs));
        }
        return request.build().toByteArray();
    }

    /**
     * Returns a request with values of every type, times that are missing, extremes, and nothing where that is allowed.
     */
    static byte[] everyValue()
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        logs.addLogRecords(LogRecord.newBuilder());
        logs.addLogRecords(LogRecord.newBuilder().setObservedTimeUnixNano(NOW_NANOS - 5_000_000_000L).setBody(AnyValue.getDefaultInstance()));
        int i = 0;
        for (AnyValue value : values()) {
            logs.addLogRecords(LogRecord.newBuilder()
                    .setTimeUnixNano(NOW_NANOS - 86_400_000_000_000L * i)
                    .setBody(value)
                    .addAttributes(KeyValue.newBuilder().setKey("value").setValue(value))
                    .addAttributes(KeyValue.newBuilder().setKey("\uE000").setValue(value))
                    .addAttributes(text("\uD83D\uDE00", "\u0000\"\\\n\u001f/\u2028ünï"))
                    .addAttributes(text("", ""))
                    .addAttributes(KeyValue.newBuilder().setKey("none"))
                    .setSeverityNumberValue(i % 2 == 0 ? 1_000_000 : -1)
                    .setFlags(-1 - i)
                    .setDroppedAttributesCount(-1 - i)
                    .setTraceId(i % 2 == 0 ? ByteString.EMPTY : id(16, -i)));
            i++;
        }
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs))
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setResource(Resource.newBuilder()
                                .setDroppedAttributesCount(3)
                                .addAttributes(text("service.name", "long-".repeat(80)))
                                .addAttributes(KeyValue.newBuilder().setKey("service.namespace").setValue(AnyValue.newBuilder().setIntValue(7)))
                                .addEntityRefs(EntityRef.newBuilder().setSchemaUrl("https://s").setType("host").addIdKeys("host.id").addIdKeys("host.arch").addDescriptionKeys("host.name"))
                                .addEntityRefs(EntityRef.newBuilder())
                                .addEntityRefs(EntityRef.newBuilder().setType("service").addDescriptionKeys("service.name")))
                        .addScopeLogs(ScopeLogs.newBuilder()
                                .setScope(InstrumentationScope.newBuilder().setDroppedAttributesCount(5))
                                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setBody(string("")))
                                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS + 60_000_000_000L).setBody(string("last")))))
                .build()
                .toByteArray();
    }

    private static AnyValue[] values()
    {
        AnyValue nested = AnyValue.newBuilder()
                .setKvlistValue(KeyValueList.newBuilder()
                        .addValues(KeyValue.newBuilder().setKey("n").setValue(AnyValue.newBuilder().setIntValue(3)))
                        .addValues(KeyValue.newBuilder().setKey("none"))
                        .addValues(text("user", "ann")))
                .build();
        AnyValue.Builder array = AnyValue.newBuilder();
        array.getArrayValueBuilder()
                .addValues(string("a"))
                .addValues(AnyValue.newBuilder().setDoubleValue(2))
                .addValues(AnyValue.newBuilder().setBoolValue(false))
                .addValues(AnyValue.getDefaultInstance())
                .addValues(nested);
        AnyValue.Builder bytesInArray = AnyValue.newBuilder();
        bytesInArray.getArrayValueBuilder().addValues(AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[] {0, -1, 16})));
        return new AnyValue[] {
                string("GET"),
                AnyValue.newBuilder().setIntValue(Long.MIN_VALUE).build(),
                AnyValue.newBuilder().setDoubleValue(-0.0).build(),
                AnyValue.newBuilder().setDoubleValue(1e10).build(),
                AnyValue.newBuilder().setDoubleValue(Double.NEGATIVE_INFINITY).build(),
                AnyValue.newBuilder().setDoubleValue(Double.NaN).build(),
                AnyValue.newBuilder().setBoolValue(true).build(),
                AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[] {0, -1, 16})).build(),
                nested,
                array.build(),
                bytesInArray.build(),
                AnyValue.newBuilder().setKvlistValue(KeyValueList.newBuilder().addValues(text("a", "1")).addValues(text("a", "2"))).build(),
                AnyValue.newBuilder().setArrayValue(io.opentelemetry.proto.common.v1.ArrayValue.getDefaultInstance()).build(),
                AnyValue.newBuilder().setKvlistValue(KeyValueList.getDefaultInstance()).build(),
        };
    }

    /**
     * Returns a request with what columns cannot hold: repeated keys, unknown fields at every level, ids of odd length.
     */
    static byte[] residuals()
    {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder()
                .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(42).addLengthDelimited(ByteString.copyFromUtf8("new")).build())
                .build();
        ScopeLogs.Builder logs = ScopeLogs.newBuilder()
                .setUnknownFields(unknown)
                .setScope(InstrumentationScope.newBuilder().setName("s").addAttributes(text("twice", "1")).addAttributes(text("twice", "2")))
                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setBody(string("only the envelopes are odd")))
                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setTraceId(ByteString.copyFrom(new byte[] {1, 2, 3})).setSpanId(ByteString.copyFrom(new byte[9])))
                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).addAttributes(text("k", "1")).addAttributes(text("j", "2")).addAttributes(text("k", "3")))
                .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setUnknownFields(unknown));
        return ExportLogsServiceRequest.newBuilder()
                .setUnknownFields(unknown)
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setUnknownFields(unknown)
                        .setResource(Resource.newBuilder().setUnknownFields(unknown).addAttributes(text("service.name", "odd")))
                        .addScopeLogs(logs))
                .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder()
                        .addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setBody(string("ordinary")))))
                .build()
                .toByteArray();
    }

    /**
     * Returns a request without records.
     */
    static byte[] nothing()
    {
        return ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder())).build().toByteArray();
    }

    /**
     * Returns many small records of one call site.
     */
    static byte[] many(int count)
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        for (int i = 0; i < count; i++) {
            logs.addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setSeverityNumberValue(9));
        }
        return ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs)).build().toByteArray();
    }

    /**
     * Returns records with so many distinct texts that their dictionary is given up.
     */
    static byte[] manyTexts(int count)
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        for (int i = 0; i < count; i++) {
            logs.addLogRecords(LogRecord.newBuilder().setTimeUnixNano(NOW_NANOS).setSeverityText("x".repeat(500) + i).setBody(string("y".repeat(2000))));
        }
        return ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs)).build().toByteArray();
    }

    /**
     * Returns a request in OTLP's JSON, with ids in both cases, numbers as texts and numbers, and enums by number and name.
     */
    static byte[] json()
    {
        return """
               {"resourceLogs":[{
                 "resource":{
                   "attributes":[{"key":"service.name","value":{"stringValue":"web"}},{"key":"pid","value":{"intValue":"4711"}}],
                   "entityRefs":[{"type":"host","idKeys":["host.id"],"descriptionKeys":["host.name"]}]},
                 "scopeLogs":[{
                   "scope":{"name":"browser","version":"2"},
                   "logRecords":[
                     {"timeUnixNano":"1795262399000000001","observedTimeUnixNano":"1795262399000000002","severityNumber":9,"severityText":"Information",
                      "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","flags":1,
                      "body":{"stringValue":"clicked"},
                      "attributes":[{"key":"ratio","value":{"doubleValue":0.25}},{"key":"list","value":{"arrayValue":{"values":[{"intValue":1},{"boolValue":true},{}]}}},
                        {"key":"blob","value":{"bytesValue":"AP8Q"}},{"key":"nested","value":{"kvlistValue":{"values":[{"key":"a","value":{"stringValue":"b"}}]}}}]},
                     {"timeUnixNano":"1795262399000000003","severityNumber":17,"eventName":"page.closed","droppedAttributesCount":2,
                      "body":{"kvlistValue":{"values":[{"key":"reason","value":{"stringValue":"user"}}]}}},
                     {"observedTimeUnixNano":"1795262399000000004"}
                   ],
                   "schemaUrl":"https://opentelemetry.io/schemas/1.37.0"}]}]}
               """.getBytes(UTF_8);
    }

    private static ByteString id(int length, int seed)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7 + 1);
        }
        return ByteString.copyFrom(bytes);
    }

    private static KeyValue text(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(string(value)).build();
    }

    private static AnyValue string(String value)
    {
        return AnyValue.newBuilder().setStringValue(value).build();
    }
}
