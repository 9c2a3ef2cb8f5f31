package io.icegate.wal.format;

import io.icegate.schema.Attributes;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.SegmentLayout;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns that the rows of all signals begin with.
 */
final class CommonColumnWriters
{
    private static final int ROWS_AT_ONCE = 1_024;

    private final RowGroupWriter group;
    private final SharedBytes shared;
    private final SharedBytes.Repeating tenants;
    private final long ingestMicros;

    private final BytesLeaf tenant;
    private final NumberLeaf timestamp;
    private final NumberLeaf ingestTime;
    private final BytesLeaf serviceName;
    private final BytesLeaf serviceNamespace;
    private final BytesLeaf serviceInstanceId;
    private final AttributeColumns attributes;
    private final BytesLeaf scopeName;
    private final BytesLeaf scopeVersion;
    private final AttributeColumns scopeAttributes;
    private final NumberLeaf scopeDroppedAttributesCount;
    private final BytesLeaf scopeSchemaUrl;
    private final AttributeColumns resourceAttributes;
    private final NumberLeaf resourceDroppedAttributesCount;
    private final BytesLeaf resourceSchemaUrl;
    private final EntityRefColumns entityRefs;
    private final BytesLeaf residual;

    /**
     * @param ingestMicros {@code ingest_time} of every row
     */
    CommonColumnWriters(RowGroupWriter group, SharedBytes shared, long ingestMicros)
    {
        this.group = group;
        this.shared = shared;
        this.tenants = shared.repeating();
        this.ingestMicros = ingestMicros;
        tenant = group.bytes("tenant_id");
        timestamp = group.number("timestamp");
        ingestTime = group.number("ingest_time");
        serviceName = group.bytes("service_name");
        serviceNamespace = group.bytes("service_namespace");
        serviceInstanceId = group.bytes("service_instance_id");
        attributes = new AttributeColumns(group, "attributes", "attribute_types");
        scopeName = group.bytes("scope_name");
        scopeVersion = group.bytes("scope_version");
        scopeAttributes = new AttributeColumns(group, "scope_attributes", "scope_attribute_types");
        scopeDroppedAttributesCount = group.number("scope_dropped_attributes_count");
        scopeSchemaUrl = group.bytes("scope_schema_url");
        resourceAttributes = new AttributeColumns(group, "resource_attributes", "resource_attribute_types");
        resourceDroppedAttributesCount = group.number("resource_dropped_attributes_count");
        resourceSchemaUrl = group.bytes("resource_schema_url");
        entityRefs = new EntityRefColumns(group, "resource_entity_refs");
        residual = group.bytes("otlp_residual");
    }

    void writeTimes(String tenantId, long timestampMicros)
    {
        tenant.write(tenants.text(tenantId));
        timestamp.write(timestampMicros);
        ingestTime.write(ingestMicros);
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

    /**
     * Writes rows of a block column by column, so many at a time that a page grows little beyond its limit.
     *
     * @param others writes the columns that only this signal has
     */
    void write(String tenantId, RecordBlock block, int from, int to, BlockBatch.BlockRows others)
    {
        int at = from;
        int origin = block.originOf(from);
        while (at < to) {
            int end = Math.min(Math.min(to, block.originEnd(origin)), at + ROWS_AT_ONCE);
            end = block.cut(at, end, SegmentLayout.PAGE_BYTES);
            repeat(tenantId, block.origin(origin), end - at);
            timestamp.write(block.timestampMicros(), at, end);
            attributes.write(block, at, end, shared);
            others.write(at, end);
            group.endRows(end - at);
            at = end;
            if (at == block.originEnd(origin)) {
                origin++;
            }
        }
    }

    /**
     * Writes what rows of a block share that follow each other.
     */
    private void repeat(String tenantId, RecordBlock.Origin origin, int rows)
    {
        tenant.repeat(tenants.text(tenantId), rows);
        ingestTime.repeat(ingestMicros, rows);
        repeat(shared.resource(origin.resource()), rows);
        repeat(shared.scope(origin.scope()), rows);
        byte[] bytes = origin.residual();
        residual.repeat(bytes == null ? null : Binary.fromConstantByteArray(bytes), rows);
    }

    private void repeat(SharedBytes.Resource resource, int rows)
    {
        serviceName.repeat(resource.serviceName(), rows);
        serviceNamespace.repeat(resource.serviceNamespace(), rows);
        serviceInstanceId.repeat(resource.serviceInstanceId(), rows);
        resourceAttributes.repeat(resource.attributes(), rows);
        resourceDroppedAttributesCount.repeat(resource.droppedAttributesCount(), rows);
        resourceSchemaUrl.repeat(resource.schemaUrl(), rows);
        entityRefs.repeat(resource.entityRefs(), rows);
    }

    private void repeat(SharedBytes.Scope scope, int rows)
    {
        scopeName.repeat(scope.name(), rows);
        scopeVersion.repeat(scope.version(), rows);
        scopeAttributes.repeat(scope.attributes(), rows);
        scopeDroppedAttributesCount.repeat(scope.droppedAttributesCount(), rows);
        scopeSchemaUrl.repeat(scope.schemaUrl(), rows);
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
