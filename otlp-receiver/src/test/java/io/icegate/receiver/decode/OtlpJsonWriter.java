package io.icegate.receiver.decode;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Writes OTLP's JSON encoding in all the ways that senders may: numbers as numbers or strings, hex in any case, fields in
 * any order, unknown fields in between.
 */
final class OtlpJsonWriter
{
    private final Random random;

    OtlpJsonWriter(Random random)
    {
        this.random = random;
    }

    String write(ExportLogsServiceRequest request)
    {
        return object(List.of(field("resourceLogs", array(request.getResourceLogsList(), this::resourceLogs))));
    }

    private String resourceLogs(ResourceLogs logs)
    {
        List<String> resource = new ArrayList<>(List.of(
                field("attributes", array(logs.getResource().getAttributesList(), this::keyValue)),
                field("droppedAttributesCount", unsigned32(logs.getResource().getDroppedAttributesCount())),
                field("entityRefs", array(logs.getResource().getEntityRefsList(), this::entityRef))));
        return object(List.of(
                field("resource", object(resource)),
                field("scopeLogs", array(logs.getScopeLogsList(), this::scopeLogs)),
                field("schemaUrl", text(logs.getSchemaUrl()))));
    }

    private String entityRef(EntityRef ref)
    {
        return object(List.of(
                field("schemaUrl", text(ref.getSchemaUrl())),
                field("type", text(ref.getType())),
                field("idKeys", array(ref.getIdKeysList(), OtlpJsonWriter::text)),
                field("descriptionKeys", array(ref.getDescriptionKeysList(), OtlpJsonWriter::text))));
    }

    private String scopeLogs(ScopeLogs logs)
    {
        return object(List.of(
                field("scope", object(List.of(
                        field("name", text(logs.getScope().getName())),
                        field("version", text(logs.getScope().getVersion())),
                        field("attributes", array(logs.getScope().getAttributesList(), this::keyValue)),
                        field("droppedAttributesCount", unsigned32(logs.getScope().getDroppedAttributesCount()))))),
                field("logRecords", array(logs.getLogRecordsList(), this::logRecord)),
                field("schemaUrl", text(logs.getSchemaUrl()))));
    }

    private String logRecord(LogRecord record)
    {
        List<String> fields = new ArrayList<>(List.of(
                field("timeUnixNano", number(Long.toUnsignedString(record.getTimeUnixNano()))),
                field("observedTimeUnixNano", number(Long.toUnsignedString(record.getObservedTimeUnixNano()))),
                field("severityNumber", number(Integer.toString(record.getSeverityNumberValue()))),
                field("severityText", text(record.getSeverityText())),
                field("eventName", text(record.getEventName())),
                field("attributes", array(record.getAttributesList(), this::keyValue)),
                field("droppedAttributesCount", unsigned32(record.getDroppedAttributesCount())),
                field("flags", unsigned32(record.getFlags())),
                field("traceId", hex(record.getTraceId())),
                field("spanId", hex(record.getSpanId()))));
        if (record.hasBody()) {
            fields.add(field("body", value(record.getBody())));
        }
        return object(fields);
    }

    private String keyValue(KeyValue attribute)
    {
        List<String> fields = new ArrayList<>(List.of(field("key", text(attribute.getKey()))));
        if (attribute.hasValue()) {
            fields.add(field("value", value(attribute.getValue())));
        }
        return object(fields);
    }

    private String value(AnyValue value)
    {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> object(List.of(field("stringValue", text(value.getStringValue()))));
            case BOOL_VALUE -> object(List.of(field("boolValue", Boolean.toString(value.getBoolValue()))));
            case INT_VALUE -> object(List.of(field("intValue", number(Long.toString(value.getIntValue())))));
            case DOUBLE_VALUE -> object(List.of(field("doubleValue", Double.isFinite(value.getDoubleValue()) ? number(Double.toString(value.getDoubleValue())) : "\"" + value.getDoubleValue() + "\"")));
            case BYTES_VALUE -> object(List.of(field("bytesValue", base64(value.getBytesValue()))));
            case ARRAY_VALUE -> object(List.of(field("arrayValue", object(List.of(field("values", array(value.getArrayValue().getValuesList(), this::value)))))));
            case KVLIST_VALUE -> object(List.of(field("kvlistValue", object(List.of(field("values", array(value.getKvlistValue().getValuesList(), this::keyValue)))))));
            case VALUE_NOT_SET -> object(List.of());
            case STRING_VALUE_STRINDEX -> throw new IllegalArgumentException("no string table in JSON");
        };
    }

    private String object(List<String> fields)
    {
        List<String> all = new ArrayList<>(fields);
        if (random.nextInt(10) == 0) {
            all.add(field("fromTheFuture", "{\"a\":[1,{\"b\":null}]}"));
        }
        if (random.nextInt(10) == 0) {
            all.add(field("time_unix_nano", "17"));
        }
        Collections.shuffle(all, random);
        return "{" + String.join(random.nextBoolean() ? "," : " ,\n\t", all) + "}";
    }

    private static <T> String array(List<T> values, Function<T, String> writer)
    {
        return "[" + String.join(",", values.stream().map(writer).toList()) + "]";
    }

    private static String field(String name, String value)
    {
        return "\"" + name + "\":" + value;
    }

    private static String text(String text)
    {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private String unsigned32(int number)
    {
        return number(Integer.toUnsignedString(number));
    }

    private String number(String number)
    {
        return random.nextBoolean() ? number : "\"" + number + "\"";
    }

    private String hex(ByteString id)
    {
        return "\"" + (random.nextBoolean() ? HexFormat.of() : HexFormat.of().withUpperCase()).formatHex(id.toByteArray()) + "\"";
    }

    private String base64(ByteString bytes)
    {
        Base64.Encoder encoder = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
        return "\"" + (random.nextBoolean() ? encoder : encoder.withoutPadding()).encodeToString(bytes.toByteArray()) + "\"";
    }
}
