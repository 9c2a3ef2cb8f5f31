package io.icegate.receiver.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads OTLP's JSON encoding: protobuf's JSON mapping, but trace and span ids in hex, keys in lowerCamelCase only, enums as
 * numbers (names are accepted too), and unknown keys ignored.
 */
public final class OtlpJsonReader
{
    /**
     * JSON nests four deep per level of a value, plus what is around it.
     */
    private static final int JSON_DEPTH_MAX = 64 * 4 + 32;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(JSON_DEPTH_MAX)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final OtlpJsonFields fields;
    private final DecodeLimits limits;
    private int records;

    private OtlpJsonReader(JsonParser parser, DecodeLimits limits)
    {
        fields = new OtlpJsonFields(parser);
        this.limits = limits;
    }

    /**
     * The request that the JSON stands for.
     *
     * @throws MalformedRequestException when the payload is wrong or beyond a limit
     */
    public static ExportLogsServiceRequest readLogs(byte[] json, DecodeLimits limits)
    {
        try (JsonParser parser = JSON.createParser(utf8(json))) {
            parser.nextToken();
            ExportLogsServiceRequest request = new OtlpJsonReader(parser, limits).request();
            if (parser.nextToken() != null) {
                throw new MalformedRequestException("text follows the JSON object");
            }
            return request;
        }
        catch (IOException e) {
            throw new MalformedRequestException("it is no valid JSON: " + firstLine(e), e);
        }
    }

    private static String utf8(byte[] json)
    {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        }
        catch (CharacterCodingException e) {
            throw new MalformedRequestException("it is no valid UTF-8", e);
        }
    }

    private static String firstLine(IOException e)
    {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private ExportLogsServiceRequest request()
            throws IOException
    {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "resourceLogs" -> {
                    request.clearResourceLogs();
                    fields.array(() -> request.addResourceLogs(resourceLogs()));
                }
                default -> fields.skip();
            }
        });
        return request.build();
    }

    private ResourceLogs resourceLogs()
            throws IOException
    {
        ResourceLogs.Builder logs = ResourceLogs.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "resource" -> logs.setResource(resource());
                case "scopeLogs" -> {
                    logs.clearScopeLogs();
                    fields.array(() -> logs.addScopeLogs(scopeLogs()));
                }
                case "schemaUrl" -> logs.setSchemaUrl(fields.text());
                default -> fields.skip();
            }
        });
        return logs.build();
    }

    private Resource resource()
            throws IOException
    {
        Resource.Builder resource = Resource.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "attributes" -> {
                    resource.clearAttributes();
                    fields.array(() -> resource.addAttributes(keyValue(1)));
                }
                case "droppedAttributesCount" -> resource.setDroppedAttributesCount(fields.uint32());
                case "entityRefs" -> {
                    resource.clearEntityRefs();
                    fields.array(() -> resource.addEntityRefs(entityRef()));
                }
                default -> fields.skip();
            }
        });
        return resource.build();
    }

    private EntityRef entityRef()
            throws IOException
    {
        EntityRef.Builder ref = EntityRef.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "schemaUrl" -> ref.setSchemaUrl(fields.text());
                case "type" -> ref.setType(fields.text());
                case "idKeys" -> {
                    ref.clearIdKeys();
                    fields.array(() -> ref.addIdKeys(fields.text()));
                }
                case "descriptionKeys" -> {
                    ref.clearDescriptionKeys();
                    fields.array(() -> ref.addDescriptionKeys(fields.text()));
                }
                default -> fields.skip();
            }
        });
        return ref.build();
    }

    private ScopeLogs scopeLogs()
            throws IOException
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "scope" -> logs.setScope(scope());
                case "logRecords" -> {
                    logs.clearLogRecords();
                    fields.array(() -> logs.addLogRecords(logRecord()));
                }
                case "schemaUrl" -> logs.setSchemaUrl(fields.text());
                default -> fields.skip();
            }
        });
        return logs.build();
    }

    private InstrumentationScope scope()
            throws IOException
    {
        InstrumentationScope.Builder scope = InstrumentationScope.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "name" -> scope.setName(fields.text());
                case "version" -> scope.setVersion(fields.text());
                case "attributes" -> {
                    scope.clearAttributes();
                    fields.array(() -> scope.addAttributes(keyValue(1)));
                }
                case "droppedAttributesCount" -> scope.setDroppedAttributesCount(fields.uint32());
                default -> fields.skip();
            }
        });
        return scope.build();
    }

    private LogRecord logRecord()
            throws IOException
    {
        if (++records > limits.recordsMax()) {
            throw RecordCounter.tooMany(limits);
        }
        LogRecord.Builder record = LogRecord.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "timeUnixNano" -> record.setTimeUnixNano(fields.uint64());
                case "observedTimeUnixNano" -> record.setObservedTimeUnixNano(fields.uint64());
                case "severityNumber" -> record.setSeverityNumberValue(fields.severity());
                case "severityText" -> record.setSeverityText(fields.text());
                case "body" -> record.setBody(value(1));
                case "attributes" -> {
                    record.clearAttributes();
                    fields.array(() -> record.addAttributes(keyValue(1)));
                }
                case "droppedAttributesCount" -> record.setDroppedAttributesCount(fields.uint32());
                case "flags" -> record.setFlags(fields.uint32());
                case "traceId" -> record.setTraceId(fields.hex());
                case "spanId" -> record.setSpanId(fields.hex());
                case "eventName" -> record.setEventName(fields.text());
                default -> fields.skip();
            }
        });
        return record.build();
    }

    private KeyValue keyValue(int depth)
            throws IOException
    {
        KeyValue.Builder entry = KeyValue.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "key" -> entry.setKey(fields.text());
                case "value" -> entry.setValue(value(depth));
                case "keyStrindex" -> entry.setKeyStrindex(fields.int32());
                default -> fields.skip();
            }
        });
        return entry.build();
    }

    private AnyValue value(int depth)
            throws IOException
    {
        if (depth > limits.depthMax()) {
            throw ValueDecoder.nestedTooDeep(limits);
        }
        AnyValue.Builder value = AnyValue.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "stringValue" -> value.setStringValue(fields.text());
                case "boolValue" -> value.setBoolValue(fields.bool());
                case "intValue" -> value.setIntValue(fields.int64());
                case "doubleValue" -> value.setDoubleValue(fields.real());
                case "bytesValue" -> value.setBytesValue(fields.base64());
                case "arrayValue" -> value.setArrayValue(array(depth + 1));
                case "kvlistValue" -> value.setKvlistValue(keyValues(depth + 1));
                case "stringValueStrindex" -> value.setStringValueStrindex(fields.int32());
                default -> fields.skip();
            }
        });
        return value.build();
    }

    private ArrayValue array(int depth)
            throws IOException
    {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "values" -> {
                    array.clearValues();
                    fields.array(() -> array.addValues(value(depth)));
                }
                default -> fields.skip();
            }
        });
        return array.build();
    }

    private KeyValueList keyValues(int depth)
            throws IOException
    {
        KeyValueList.Builder list = KeyValueList.newBuilder();
        fields.object(name -> {
            switch (name) {
                case "values" -> {
                    list.clearValues();
                    fields.array(() -> list.addValues(keyValue(depth)));
                }
                default -> fields.skip();
            }
        });
        return list.build();
    }
}
