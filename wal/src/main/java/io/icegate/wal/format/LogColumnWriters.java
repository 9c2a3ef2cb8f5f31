package io.icegate.wal.format;

import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.format.RowGroupWriter.Leaf;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Writes log rows to the columns of one row group.
 */
final class LogColumnWriters
{
    private final RowGroupWriter group;
    private final SharedBytes shared = new SharedBytes();
    private final SharedBytes.Repeating tenants = shared.repeating();
    private final SharedBytes.Repeating severityTexts = shared.repeating();
    private final SharedBytes.Repeating eventNames = shared.repeating();

    private final Leaf tenant;
    private final Leaf timestamp;
    private final Leaf ingestTime;
    private final Leaf serviceName;
    private final Leaf serviceNamespace;
    private final Leaf serviceInstanceId;
    private final AttributeColumns attributes;
    private final Leaf scopeName;
    private final Leaf scopeVersion;
    private final AttributeColumns scopeAttributes;
    private final Leaf scopeDroppedAttributesCount;
    private final Leaf scopeSchemaUrl;
    private final AttributeColumns resourceAttributes;
    private final Leaf resourceDroppedAttributesCount;
    private final Leaf resourceSchemaUrl;
    private final EntityRefColumns entityRefs;
    private final Leaf residual;
    private final Leaf time;
    private final Leaf observedTime;
    private final Leaf severityNumber;
    private final Leaf severityText;
    private final Leaf eventName;
    private final Leaf body;
    private final Leaf bodyType;
    private final Leaf traceId;
    private final Leaf spanId;
    private final Leaf flags;
    private final Leaf droppedAttributesCount;

    LogColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        tenant = group.leaf("tenant_id");
        timestamp = group.leaf("timestamp");
        ingestTime = group.leaf("ingest_time");
        serviceName = group.leaf("service_name");
        serviceNamespace = group.leaf("service_namespace");
        serviceInstanceId = group.leaf("service_instance_id");
        attributes = new AttributeColumns(group, "attributes", "attribute_types");
        scopeName = group.leaf("scope_name");
        scopeVersion = group.leaf("scope_version");
        scopeAttributes = new AttributeColumns(group, "scope_attributes", "scope_attribute_types");
        scopeDroppedAttributesCount = group.leaf("scope_dropped_attributes_count");
        scopeSchemaUrl = group.leaf("scope_schema_url");
        resourceAttributes = new AttributeColumns(group, "resource_attributes", "resource_attribute_types");
        resourceDroppedAttributesCount = group.leaf("resource_dropped_attributes_count");
        resourceSchemaUrl = group.leaf("resource_schema_url");
        entityRefs = new EntityRefColumns(group, "resource_entity_refs");
        residual = group.leaf("otlp_residual");
        time = group.leaf("time_unix_nano");
        observedTime = group.leaf("observed_time_unix_nano");
        severityNumber = group.leaf("severity_number");
        severityText = group.leaf("severity_text");
        eventName = group.leaf("event_name");
        body = group.leaf("body");
        bodyType = group.leaf("body_type");
        traceId = group.leaf("trace_id");
        spanId = group.leaf("span_id");
        flags = group.leaf("flags");
        droppedAttributesCount = group.leaf("dropped_attributes_count");
    }

    void write(String tenantId, LogRow row)
    {
        tenant.write(tenants.text(tenantId));
        timestamp.write(row.timestampMicros());
        ingestTime.write(row.ingestTimeMicros());
        writeResource(shared.resource(row.resource()));
        writeScope(shared.scope(row.scope()));
        attributes.write(shared.rowAttributes(row.attributes()));
        residual.write(bytes(row.residual()));
        time.write(row.timeUnixNano());
        observedTime.write(row.observedTimeUnixNano());
        severityNumber.write(row.severityNumber());
        severityText.write(severityTexts.text(row.severityText()));
        eventName.write(eventNames.text(row.eventName()));
        writeBody(row.body());
        traceId.write(bytes(row.traceId()));
        spanId.write(bytes(row.spanId()));
        flags.write(row.flags());
        droppedAttributesCount.write(row.droppedAttributesCount());
        group.endRow();
    }

    private void writeResource(SharedBytes.Resource resource)
    {
        serviceName.write(resource.serviceName());
        serviceNamespace.write(resource.serviceNamespace());
        serviceInstanceId.write(resource.serviceInstanceId());
        resourceAttributes.write(resource.attributes());
        resourceDroppedAttributesCount.write(resource.droppedAttributesCount());
        resourceSchemaUrl.write(resource.schemaUrl());
        entityRefs.write(resource.entityRefs());
    }

    private void writeScope(SharedBytes.Scope scope)
    {
        scopeName.write(scope.name());
        scopeVersion.write(scope.version());
        scopeAttributes.write(scope.attributes());
        scopeDroppedAttributesCount.write(scope.droppedAttributesCount());
        scopeSchemaUrl.write(scope.schemaUrl());
    }

    private void writeBody(@Nullable CanonicalText value)
    {
        if (value == null) {
            body.write((Binary) null);
            bodyType.write((Binary) null);
            return;
        }
        body.write(shared.unshared(value.text()));
        bodyType.write(value.type() == CanonicalText.STRING ? null : shared.text(String.valueOf(value.type())));
    }

    private static @Nullable Binary bytes(byte @Nullable [] bytes)
    {
        return bytes == null ? null : Binary.fromConstantByteArray(bytes);
    }
}
