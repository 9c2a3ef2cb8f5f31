package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Generates log requests: every type, nesting and extreme, and on request also what the columns cannot hold.
 */
public final class OtlpPayloads
{
    private static final String[] TEXTS = {"", "a", "GET", "\u0000", "\"\\\n\u001f/", "\uE000", "\uD83D\uDE00", "ünïcödé", "0", "true", "null", "{}", "\u2028"};
    private static final String[] KEYS = {"service.name", "service.namespace", "service.instance.id", "http.method", "k1", "k2", "k3", "\uE000", "\uD83D\uDE00", ""};
    private static final long[] LONGS = {0, 1, -1, 1_700_000_000_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE, 9_007_199_254_740_993L};
    private static final double[] DOUBLES = {0.0, -0.0, 0.1, 1.0, 1e10, 1e-3, 9.999e-4, 1e7, 2e-3, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};

    private final Random random;
    private final boolean odd;

    /**
     * @param odd true to add duplicate keys, unknown fields, ids of odd forms, string-table indexes and NaN payloads
     */
    public OtlpPayloads(Random random, boolean odd)
    {
        this.random = random;
        this.odd = odd;
    }

    public ExportLogsServiceRequest request()
    {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            request.addResourceLogs(resourceLogs());
        }
        return unknown(request).build();
    }

    private boolean rarely()
    {
        return odd && random.nextInt(25) == 0;
    }

    <B extends Message.Builder> B unknown(B builder)
    {
        if (rarely()) {
            UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder().addVarint(random.nextLong()).addLengthDelimited(bytes(3)).addFixed32(7);
            builder.setUnknownFields(UnknownFieldSet.newBuilder().addField(999, field.build()).build());
        }
        return builder;
    }

    private ResourceLogs resourceLogs()
    {
        ResourceLogs.Builder logs = ResourceLogs.newBuilder();
        if (random.nextInt(4) > 0) {
            logs.setResource(resource());
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            logs.addScopeLogs(scopeLogs());
        }
        return unknown(logs.setSchemaUrl(text())).build();
    }

    Resource resource()
    {
        Resource.Builder resource = Resource.newBuilder().setDroppedAttributesCount(random.nextInt(3) - 1);
        attributes(6).forEach(resource::addAttributes);
        for (int i = random.nextInt(3); i > 0; i--) {
            EntityRef.Builder ref = EntityRef.newBuilder().setSchemaUrl(text()).setType(text());
            for (int j = random.nextInt(3); j > 0; j--) {
                ref.addIdKeys(text()).addDescriptionKeys(text());
            }
            resource.addEntityRefs(unknown(ref));
        }
        return unknown(resource).build();
    }

    InstrumentationScope scope()
    {
        InstrumentationScope.Builder scope = InstrumentationScope.newBuilder().setName(text()).setVersion(text()).setDroppedAttributesCount(random.nextInt(3));
        attributes(3).forEach(scope::addAttributes);
        return unknown(scope).build();
    }

    private ScopeLogs scopeLogs()
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        if (random.nextInt(4) > 0) {
            logs.setScope(scope());
        }
        for (int i = random.nextInt(12); i > 0; i--) {
            logs.addLogRecords(record());
        }
        return unknown(logs.setSchemaUrl(text())).build();
    }

    private LogRecord record()
    {
        LogRecord.Builder record = LogRecord.newBuilder()
                .setTimeUnixNano(longValue())
                .setObservedTimeUnixNano(random.nextBoolean() ? random.nextLong() : longValue())
                .setSeverityNumberValue(random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(25))
                .setSeverityText(text())
                .setEventName(text())
                .setFlags(random.nextInt(3) == 0 ? random.nextInt() : 1)
                .setDroppedAttributesCount(random.nextInt(3) == 0 ? random.nextInt() : 0)
                .setTraceId(id(16))
                .setSpanId(id(8));
        attributes(12).forEach(record::addAttributes);
        if (random.nextInt(4) > 0) {
            record.setBody(value(0));
        }
        return unknown(record).build();
    }

    ByteString id(int length)
    {
        if (rarely()) {
            return switch (random.nextInt(3)) {
                case 0 -> ByteString.copyFrom(new byte[1 + random.nextInt(length)]);
                case 1 -> ByteString.copyFromUtf8(HexFormat.of().formatHex(bytes(length).toByteArray()));
                default -> bytes(1 + random.nextInt(length * 3));
            };
        }
        return random.nextBoolean() ? ByteString.EMPTY : bytes(length);
    }

    List<KeyValue> attributes(int max)
    {
        int count = random.nextInt(max);
        int start = random.nextInt(KEYS.length);
        List<KeyValue> attributes = new ArrayList<>();
        boolean strings = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            String key = KEYS[rarely() ? random.nextInt(KEYS.length) : (start + i) % KEYS.length];
            if (i < KEYS.length || odd) {
                attributes.add(keyValue(key, strings));
            }
        }
        return attributes;
    }

    private KeyValue keyValue(String key, boolean string)
    {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
        if (string) {
            attribute.getValueBuilder().setStringValue(text());
        }
        else if (random.nextInt(10) > 0) {
            attribute.setValue(value(0));
        }
        if (rarely()) {
            attribute.setKeyStrindex(random.nextInt());
        }
        return unknown(attribute).build();
    }

    private AnyValue value(int depth)
    {
        AnyValue.Builder value = AnyValue.newBuilder();
        switch (random.nextInt(depth < 4 ? 9 : 7)) {
            case 0, 1 -> value.setStringValue(text());
            case 2 -> value.setIntValue(longValue());
            case 3 -> value.setDoubleValue(doubleValue());
            case 4 -> value.setBoolValue(random.nextBoolean());
            case 5 -> value.setBytesValue(bytes(random.nextInt(5)));
            case 6 -> {
                if (rarely()) {
                    value.setStringValueStrindex(random.nextInt());
                }
            }
            case 7 -> {
                ArrayValue.Builder array = ArrayValue.newBuilder();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.addValues(value(depth + 1));
                }
                value.setArrayValue(unknown(array));
            }
            default -> {
                KeyValueList.Builder list = KeyValueList.newBuilder();
                for (int i = random.nextInt(4); i > 0; i--) {
                    KeyValue.Builder entry = KeyValue.newBuilder().setKey(text());
                    if (random.nextInt(8) > 0) {
                        entry.setValue(value(depth + 1));
                    }
                    list.addValues(unknown(entry));
                }
                value.setKvlistValue(unknown(list));
            }
        }
        return unknown(value).build();
    }

    double doubleValue()
    {
        if (rarely()) {
            return Double.longBitsToDouble(0x7FF8_0000_0000_0001L);
        }
        double number = random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : Double.longBitsToDouble(random.nextLong());
        return Double.isNaN(number) ? Double.NaN : number;
    }

    long longValue()
    {
        return LONGS[random.nextInt(LONGS.length)];
    }

    String text()
    {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private ByteString bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
