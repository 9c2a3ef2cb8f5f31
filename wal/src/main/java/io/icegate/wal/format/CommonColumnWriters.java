package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns that the rows of all signals begin with.
 */
final class CommonColumnWriters
{
    private final SharedBytes shared;
    private final SharedBytes.Repeating tenants;

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

    CommonColumnWriters(RowGroupWriter group, SharedBytes shared)
    {
        this.shared = shared;
        this.tenants = shared.repeating();
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
    }

    void writeTimes(String tenantId, long timestampMicros, long ingestTimeMicros)
    {
        tenant.write(tenants.text(tenantId));
        timestamp.write(timestampMicros);
        ingestTime.write(ingestTimeMicros);
    }

    void writeOrigin(ResourceValues resource, ScopeValues scope)
    {
        write(shared.resource(resource));
        write(shared.scope(scope));
    }

    void writeRecord(Attributes recordAttributes, byte @Nullable [] recordResidual)
    {
        attributes.write(shared.rowAttributes(recordAttributes));
        residual.writeBytes(recordResidual);
    }

    private void write(SharedBytes.Resource resource)
    {
        serviceName.write(resource.serviceName());
        serviceNamespace.write(resource.serviceNamespace());
        serviceInstanceId.write(resource.serviceInstanceId());
        resourceAttributes.write(resource.attributes());
        resourceDroppedAttributesCount.write(resource.droppedAttributesCount());
        resourceSchemaUrl.write(resource.schemaUrl());
        entityRefs.write(resource.entityRefs());
    }

    private void write(SharedBytes.Scope scope)
    {
        scopeName.write(scope.name());
        scopeVersion.write(scope.version());
        scopeAttributes.write(scope.attributes());
        scopeDroppedAttributesCount.write(scope.droppedAttributesCount());
        scopeSchemaUrl.write(scope.schemaUrl());
    }
}
