package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

import static java.util.Objects.requireNonNullElse;

/**
 * Rebuilds OTLP from rows, and brings requests to the normal form in which the order of attributes and records, and the
 * grouping into envelopes, do not count.
 */
public final class OtlpRebuilder
{
    private ByteString record = ByteString.EMPTY;
    private ByteString resource = ByteString.EMPTY;
    private ByteString scope = ByteString.EMPTY;
    private ByteString resourceEnvelope = ByteString.EMPTY;
    private ByteString scopeEnvelope = ByteString.EMPTY;
    private ByteString requestEnvelope = ByteString.EMPTY;

    private OtlpRebuilder() {}

    /**
     * One request per record, sorted.
     */
    public static List<String> normalForm(List<ExportLogsServiceRequest> requests)
    {
        List<String> result = new ArrayList<>();
        for (ExportLogsServiceRequest request : requests) {
            request.getResourceLogsList().forEach(resourceLogs -> resourceLogs.getScopeLogsList().forEach(scopeLogs -> scopeLogs.getLogRecordsList().forEach(logRecord -> {
                ResourceLogs.Builder single = resourceLogs.toBuilder().clearScopeLogs().setResource(normal(resourceLogs.getResource()));
                single.addScopeLogs(scopeLogs.toBuilder().clearLogRecords().setScope(normal(scopeLogs.getScope())).addLogRecords(normal(logRecord)));
                ExportLogsServiceRequest normal = request.toBuilder().clearResourceLogs().addResourceLogs(single).build();
                // the bytes, because two NaNs are equal as messages
                result.add(normal + HexFormat.of().formatHex(normal.toByteArray()));
            })));
        }
        result.sort(null);
        return result;
    }

    private static Resource normal(Resource message)
    {
        return message.toBuilder().clearAttributes().addAllAttributes(sorted(message.getAttributesList())).build();
    }

    private static InstrumentationScope normal(InstrumentationScope message)
    {
        return message.toBuilder().clearAttributes().addAllAttributes(sorted(message.getAttributesList())).build();
    }

    private static LogRecord normal(LogRecord message)
    {
        return message.toBuilder().clearAttributes().addAllAttributes(sorted(message.getAttributesList())).setBody(normal(message.getBody())).build();
    }

    private static List<KeyValue> sorted(List<KeyValue> attributes)
    {
        return attributes.stream()
                .map(OtlpRebuilder::normal)
                .sorted(Comparator.comparing(KeyValue::getKey))
                .toList();
    }

    private static KeyValue normal(KeyValue message)
    {
        return message.toBuilder().setValue(normal(message.getValue())).build();
    }

    private static AnyValue normal(AnyValue message)
    {
        return switch (message.getValueCase()) {
            case ARRAY_VALUE -> message.toBuilder()
                    .setArrayValue(message.getArrayValue().toBuilder().clearValues().addAllValues(message.getArrayValue().getValuesList().stream().map(OtlpRebuilder::normal).toList()))
                    .build();
            case KVLIST_VALUE -> message.toBuilder()
                    .setKvlistValue(message.getKvlistValue().toBuilder().clearValues().addAllValues(message.getKvlistValue().getValuesList().stream().map(OtlpRebuilder::normal).toList()))
                    .build();
            default -> message;
        };
    }

    /**
     * The request of one row.
     */
    public static ExportLogsServiceRequest request(LogRow row)
    {
        OtlpRebuilder residual = new OtlpRebuilder();
        try {
            if (row.residual() != null) {
                residual.parse(row.residual());
            }
            ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.parseFrom(residual.requestEnvelope).toBuilder();
            ResourceLogs.Builder resourceLogs = request.addResourceLogsBuilder()
                    .mergeFrom(residual.resourceEnvelope)
                    .setSchemaUrl(text(row.resource().schemaUrl()))
                    .setResource(residual.resource.isEmpty() ? resource(row.resource()) : Resource.parseFrom(residual.resource));
            resourceLogs.addScopeLogsBuilder()
                    .mergeFrom(residual.scopeEnvelope)
                    .setSchemaUrl(text(row.scope().schemaUrl()))
                    .setScope(residual.scope.isEmpty() ? scope(row.scope()) : InstrumentationScope.parseFrom(residual.scope))
                    .addLogRecords(residual.record.isEmpty() ? record(row) : LogRecord.parseFrom(residual.record));
            return request.build();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void parse(byte[] bytes)
            throws IOException
    {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag >>> 3) {
                case 1 -> record = in.readBytes();
                case 2 -> resource = in.readBytes();
                case 3 -> scope = in.readBytes();
                case 5 -> resourceEnvelope = in.readBytes();
                case 6 -> scopeEnvelope = in.readBytes();
                case 7 -> requestEnvelope = in.readBytes();
                case 15 -> in.readUInt32();
                default -> throw new AssertionError("unknown field " + (tag >>> 3));
            }
        }
    }

    private static Resource resource(ResourceValues columns)
    {
        Resource.Builder message = Resource.newBuilder()
                .addAllAttributes(attributes(columns.attributes()))
                .setDroppedAttributesCount((int) columns.droppedAttributesCount());
        columns.entityRefs().forEach(ref -> message.addEntityRefs(EntityRef.newBuilder()
                .setSchemaUrl(text(ref.schemaUrl()))
                .setType(text(ref.type()))
                .addAllIdKeys(ref.idKeys())
                .addAllDescriptionKeys(ref.descriptionKeys())));
        return message.build();
    }

    private static InstrumentationScope scope(ScopeValues columns)
    {
        return InstrumentationScope.newBuilder()
                .setName(text(columns.name()))
                .setVersion(text(columns.version()))
                .addAllAttributes(attributes(columns.attributes()))
                .setDroppedAttributesCount((int) columns.droppedAttributesCount())
                .build();
    }

    private static LogRecord record(LogRow row)
    {
        LogRecord.Builder message = LogRecord.newBuilder()
                .setTimeUnixNano(row.timeUnixNano())
                .setObservedTimeUnixNano(row.observedTimeUnixNano())
                .setSeverityNumberValue(row.severityNumber())
                .setSeverityText(text(row.severityText()))
                .setEventName(text(row.eventName()))
                .addAllAttributes(attributes(row.attributes()))
                .setDroppedAttributesCount((int) row.droppedAttributesCount())
                .setFlags((int) row.flags())
                .setTraceId(id(row.traceId()))
                .setSpanId(id(row.spanId()));
        if (row.body() != null) {
            message.setBody(value(row.body().value()));
        }
        return message.build();
    }

    private static ByteString id(byte @Nullable [] id)
    {
        return id == null ? ByteString.EMPTY : ByteString.copyFrom(id);
    }

    private static String text(@Nullable String text)
    {
        return requireNonNullElse(text, "");
    }

    private static List<KeyValue> attributes(Attributes attributes)
    {
        return attributes.entries().stream().map(OtlpRebuilder::keyValue).toList();
    }

    private static KeyValue keyValue(Entry entry)
    {
        return KeyValue.newBuilder().setKey(entry.key()).setValue(value(entry.value())).build();
    }

    private static AnyValue value(AttributeValue value)
    {
        AnyValue.Builder message = AnyValue.newBuilder();
        switch (value) {
            case AttributeValue.Text text -> message.setStringValue(text.value());
            case AttributeValue.Int number -> message.setIntValue(number.value());
            case AttributeValue.Real number -> message.setDoubleValue(number.value());
            case AttributeValue.Bool bool -> message.setBoolValue(bool.value());
            case AttributeValue.Bytes bytes -> message.setBytesValue(ByteString.copyFrom(bytes.value().duplicate()));
            case AttributeValue.Array array -> message.setArrayValue(ArrayValue.newBuilder().addAllValues(array.values().stream().map(OtlpRebuilder::value).toList()));
            case AttributeValue.KeyValues list -> message.setKvlistValue(KeyValueList.newBuilder().addAllValues(list.entries().stream().map(OtlpRebuilder::keyValue).toList()));
            case AttributeValue.Empty _ -> {
                // nothing set
            }
        }
        return message.build();
    }
}
