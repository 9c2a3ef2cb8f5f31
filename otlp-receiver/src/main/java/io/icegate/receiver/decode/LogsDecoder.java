package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.icegate.schema.Attributes;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.EntityRef;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes log requests to rows, losing nothing: what the columns cannot give back is kept in {@code otlp_residual}.
 */
public final class LogsDecoder
{
    /**
     * Messages within messages: an entry of a key-value list takes three per level of the value.
     */
    private static final int MESSAGES_PER_LEVEL = 3;
    private static final int MESSAGES_AROUND_VALUES = 8;

    private final DecodeLimits limits;
    private final long ingestMicros;
    private final long earliestMicros;
    private final long latestMicros;
    private final ValueDecoder values;
    private final List<LogRow> rows = new ArrayList<>();
    private long valueCount;
    private @Nullable String lastSeverityText;

    private LogsDecoder(DecodeLimits limits, Instant ingestTime)
    {
        this.limits = limits;
        ingestMicros = ChronoUnit.MICROS.between(Instant.EPOCH, ingestTime);
        earliestMicros = ingestMicros - micros(limits.pastMax());
        latestMicros = ingestMicros + micros(limits.futureMax());
        values = new ValueDecoder(limits);
    }

    private static long micros(Duration duration)
    {
        return duration.toNanos() / 1000;
    }

    /**
     * The rows of a request.
     *
     * @param protobuf an ExportLogsServiceRequest
     * @throws MalformedRequestException when the payload is wrong or beyond a limit
     */
    public static LogBatch decode(byte[] protobuf, BatchId id, String tenant, Instant ingestTime, DecodeLimits limits)
    {
        return decode(parse(protobuf, limits), id, tenant, ingestTime, limits, protobuf.length);
    }

    /**
     * As {@link #decode}.
     *
     * @param json the same in OTLP's JSON encoding
     */
    public static LogBatch decodeJson(byte[] json, BatchId id, String tenant, Instant ingestTime, DecodeLimits limits)
    {
        return decode(OtlpJsonReader.readLogs(json, limits), id, tenant, ingestTime, limits, json.length);
    }

    private static LogBatch decode(ExportLogsServiceRequest request, BatchId id, String tenant, Instant ingestTime, DecodeLimits limits, long bytes)
    {
        LogsDecoder decoder = new LogsDecoder(limits, ingestTime);
        decoder.addRequest(request);
        return new LogBatch(id, tenant, decoder.rows, bytes);
    }

    private static ExportLogsServiceRequest parse(byte[] protobuf, DecodeLimits limits)
    {
        RecordCounter.check(protobuf, limits);
        CodedInputStream input = CodedInputStream.newInstance(protobuf);
        // far below what a stack holds, and above what a value of the allowed depth needs
        input.setRecursionLimit(limits.depthMax() * MESSAGES_PER_LEVEL + MESSAGES_AROUND_VALUES);
        try {
            ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(input);
            input.checkLastTagWas(0);
            return request;
        }
        catch (InvalidProtocolBufferException e) {
            if (e.getMessage() != null && e.getMessage().contains("too many levels of nesting")) {
                throw ValueDecoder.nestedTooDeep(limits);
            }
            throw new MalformedRequestException("it is no valid protobuf message: " + e.getMessage(), e);
        }
        catch (IOException e) {
            throw new MalformedRequestException("it is no valid protobuf message: " + e.getMessage(), e);
        }
    }

    private void addRequest(ExportLogsServiceRequest request)
    {
        Residual residual = Residual.NONE.withRequestEnvelope(unknown(request));
        for (ResourceLogs logs : request.getResourceLogsList()) {
            addResource(logs, residual.withResourceEnvelope(unknown(logs)));
        }
    }

    private static ByteString unknown(Message message)
    {
        return message.getUnknownFields().isEmpty() ? ByteString.EMPTY : message.getUnknownFields().toByteString();
    }

    private void addResource(ResourceLogs logs, Residual envelope)
    {
        ResourceValues columns = resource(logs.getResource(), logs.getSchemaUrl());
        int reasons = values.takeReasons();
        Residual residual = reasons == 0 ? envelope : envelope.withResource(logs.getResource().toByteString(), reasons);
        for (ScopeLogs scopeLogs : logs.getScopeLogsList()) {
            addScope(scopeLogs, columns, residual.withScopeEnvelope(unknown(scopeLogs)));
        }
    }

    private ResourceValues resource(Resource resource, String schemaUrl)
    {
        values.checkUnknown(resource);
        List<EntityRef> refs = new ArrayList<>(resource.getEntityRefsCount());
        for (io.opentelemetry.proto.common.v1.EntityRef ref : resource.getEntityRefsList()) {
            values.checkUnknown(ref);
            refs.add(new EntityRef(text(ref.getSchemaUrl()), text(ref.getType()), ref.getIdKeysList(), ref.getDescriptionKeysList()));
        }
        return new ResourceValues(
                values.attributes(resource.getAttributesList()),
                Integer.toUnsignedLong(resource.getDroppedAttributesCount()),
                text(schemaUrl),
                refs);
    }

    private void addScope(ScopeLogs logs, ResourceValues resource, Residual envelope)
    {
        ScopeValues columns = scope(logs.getScope(), logs.getSchemaUrl());
        int reasons = values.takeReasons();
        Residual residual = reasons == 0 ? envelope : envelope.withScope(logs.getScope().toByteString(), reasons);
        byte @Nullable [] shared = residual.toColumn();
        int count = logs.getLogRecordsCount();
        if (rows.size() + (long) count > limits.recordsMax()) {
            throw RecordCounter.tooMany(limits);
        }
        addValues((resource.attributes().size() + resource.entityRefs().size() + (long) columns.attributes().size()) * count);
        for (int i = 0; i < count; i++) {
            rows.add(row(logs.getLogRecords(i), resource, columns, residual, shared));
        }
    }

    private ScopeValues scope(InstrumentationScope scope, String schemaUrl)
    {
        values.checkUnknown(scope);
        return new ScopeValues(
                text(scope.getName()),
                text(scope.getVersion()),
                values.attributes(scope.getAttributesList()),
                Integer.toUnsignedLong(scope.getDroppedAttributesCount()),
                text(schemaUrl));
    }

    private void addValues(long count)
    {
        valueCount += count;
        if (valueCount > limits.valuesMax()) {
            throw new MalformedRequestException("with those of resource and scope on each record it holds more than %s attribute values".formatted(limits.valuesMax()));
        }
    }

    @SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
    private LogRow row(LogRecord record, ResourceValues resource, ScopeValues scope, Residual residual, byte @Nullable [] sharedResidual)
    {
        values.checkUnknown(record);
        Attributes attributes = values.attributes(record.getAttributesList());
        addValues(attributes.size());
        CanonicalText body = record.hasBody() ? values.text(record.getBody()) : null;
        byte @Nullable [] traceId = id(record.getTraceId(), LogRow.TRACE_ID_BYTES);
        byte @Nullable [] spanId = id(record.getSpanId(), LogRow.SPAN_ID_BYTES);
        int reasons = values.takeReasons();
        return new LogRow(
                resource,
                scope,
                timestamp(record),
                ingestMicros,
                record.getTimeUnixNano(),
                record.getObservedTimeUnixNano(),
                record.getSeverityNumberValue(),
                severityText(record.getSeverityText()),
                text(record.getEventName()),
                body,
                traceId,
                spanId,
                Integer.toUnsignedLong(record.getFlags()),
                attributes,
                Integer.toUnsignedLong(record.getDroppedAttributesCount()),
                reasons == 0 ? sharedResidual : residual.withRecord(record.toByteString(), reasons).toColumn());
    }

    private byte @Nullable [] id(ByteString id, int length)
    {
        if (id.size() == length) {
            return id.toByteArray();
        }
        if (!id.isEmpty()) {
            values.addReason(Reasons.ID_LENGTH);
        }
        return null;
    }

    private long timestamp(LogRecord record)
    {
        long nanos = record.getTimeUnixNano() != 0 ? record.getTimeUnixNano() : record.getObservedTimeUnixNano();
        long micros = Long.divideUnsigned(nanos, 1000);
        return nanos == 0 || micros < earliestMicros || micros > latestMicros ? ingestMicros : micros;
    }

    /**
     * One instance for all rows with the same text, so that the encoder need not compare them again.
     */
    private @Nullable String severityText(String text)
    {
        if (!text.equals(lastSeverityText)) {
            lastSeverityText = text(text);
        }
        return lastSeverityText;
    }

    private static @Nullable String text(String text)
    {
        return text.isEmpty() ? null : text;
    }
}
