package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.schema.AttributeValue;
import io.icegate.schema.AttributeValue.Entry;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.MetricRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.schema.SpanRow;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNullElse;

/**
 * Rebuilds OTLP from rows.
 */
final class OtlpRebuilder
{
    private OtlpRebuilder() {}

    /**
     * The request of one row.
     */
    static ExportLogsServiceRequest request(LogRow row)
    {
        Residual residual = row.residual() == null ? Residual.NONE : StoredResidual.parse(row.residual());
        try {
            ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.parseFrom(residual.requestEnvelope()).toBuilder();
            ResourceLogs.Builder resourceLogs = request.addResourceLogsBuilder()
                    .mergeFrom(residual.resourceEnvelope())
                    .setSchemaUrl(text(row.resource().schemaUrl()))
                    .setResource(resource(residual, row.resource()));
            resourceLogs.addScopeLogsBuilder()
                    .mergeFrom(residual.scopeEnvelope())
                    .setSchemaUrl(text(row.scope().schemaUrl()))
                    .setScope(scope(residual, row.scope()))
                    .addLogRecords(residual.record().isEmpty() ? record(row) : LogRecord.parseFrom(residual.record()));
            return request.build();
        }
        catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("Cannot read residual", e);
        }
    }

    /**
     * The request of one row.
     */
    static ExportTraceServiceRequest request(SpanRow row)
    {
        Residual residual = row.residual() == null ? Residual.NONE : StoredResidual.parse(row.residual());
        try {
            ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.parseFrom(residual.requestEnvelope()).toBuilder();
            ResourceSpans.Builder resourceSpans = request.addResourceSpansBuilder()
                    .mergeFrom(residual.resourceEnvelope())
                    .setSchemaUrl(text(row.resource().schemaUrl()))
                    .setResource(resource(residual, row.resource()));
            resourceSpans.addScopeSpansBuilder()
                    .mergeFrom(residual.scopeEnvelope())
                    .setSchemaUrl(text(row.scope().schemaUrl()))
                    .setScope(scope(residual, row.scope()))
                    .addSpans(residual.record().isEmpty() ? span(row) : Span.parseFrom(residual.record()));
            return request.build();
        }
        catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("Cannot read residual", e);
        }
    }

    /**
     * The request of one row.
     */
    static ExportMetricsServiceRequest request(MetricRow row)
    {
        Residual residual = row.residual() == null ? Residual.NONE : StoredResidual.parse(row.residual());
        try {
            ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.parseFrom(residual.requestEnvelope()).toBuilder();
            ResourceMetrics.Builder resourceMetrics = request.addResourceMetricsBuilder()
                    .mergeFrom(residual.resourceEnvelope())
                    .setSchemaUrl(text(row.resource().schemaUrl()))
                    .setResource(resource(residual, row.resource()));
            Metric metric = residual.metric().isEmpty() ? MetricRebuilder.metric(row.metric()) : Metric.parseFrom(residual.metric());
            resourceMetrics.addScopeMetricsBuilder()
                    .mergeFrom(residual.scopeEnvelope())
                    .setSchemaUrl(text(row.scope().schemaUrl()))
                    .setScope(scope(residual, row.scope()))
                    .addMetrics(MetricRebuilder.withPoint(metric, row, residual.record()));
            return request.build();
        }
        catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("Cannot read residual", e);
        }
    }

    private static Resource resource(Residual residual, ResourceValues columns)
            throws InvalidProtocolBufferException
    {
        return residual.resource().isEmpty() ? resource(columns) : Resource.parseFrom(residual.resource());
    }

    private static InstrumentationScope scope(Residual residual, ScopeValues columns)
            throws InvalidProtocolBufferException
    {
        return residual.scope().isEmpty() ? scope(columns) : InstrumentationScope.parseFrom(residual.scope());
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
                .setTraceId(hex(row.traceId()))
                .setSpanId(hex(row.spanId()));
        if (row.body() != null) {
            message.setBody(value(row.body().value()));
        }
        return message.build();
    }

    private static Span span(SpanRow row)
    {
        Span.Builder message = Span.newBuilder()
                .setTraceId(hex(row.traceId()))
                .setSpanId(hex(row.spanId()))
                .setParentSpanId(hex(row.parentSpanId()))
                .setTraceState(text(row.traceState()))
                .setFlags((int) row.flags())
                .setName(text(row.name()))
                .setKindValue(row.kind())
                .setStartTimeUnixNano(row.startTimeUnixNano())
                .setEndTimeUnixNano(row.endTimeUnixNano())
                .setStatus(Status.newBuilder().setCodeValue(row.statusCode()).setMessage(text(row.statusMessage())))
                .addAllAttributes(attributes(row.attributes()))
                .setDroppedAttributesCount((int) row.droppedAttributesCount())
                .setDroppedEventsCount((int) row.droppedEventsCount())
                .setDroppedLinksCount((int) row.droppedLinksCount());
        row.events().forEach(event -> message.addEvents(Span.Event.newBuilder()
                .setTimeUnixNano(event.timeUnixNano())
                .setName(text(event.name()))
                .addAllAttributes(attributes(event.attributes()))
                .setDroppedAttributesCount((int) event.droppedAttributesCount())));
        row.links().forEach(link -> message.addLinks(Span.Link.newBuilder()
                .setTraceId(hex(link.traceId()))
                .setSpanId(hex(link.spanId()))
                .setTraceState(text(link.traceState()))
                .addAllAttributes(attributes(link.attributes()))
                .setDroppedAttributesCount((int) link.droppedAttributesCount())
                .setFlags((int) link.flags())));
        return message.build();
    }

    static ByteString hex(@Nullable String id)
    {
        return id == null ? ByteString.EMPTY : ByteString.fromHex(id);
    }

    static String text(@Nullable String text)
    {
        return requireNonNullElse(text, "");
    }

    static List<KeyValue> attributes(Attributes attributes)
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
