package io.icegate.schema;

import io.icegate.schema.Column.Bounds;
import io.icegate.schema.Column.Encoding;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

import java.util.List;

/**
 * The columns that the tables of all signals begin with: tenant, times, service, attributes of record, scope and resource.
 */
final class CommonColumns
{
    static final String TENANT_ID = "tenant_id";
    static final String TIMESTAMP = "timestamp";
    static final String SERVICE_NAME = "service_name";

    /**
     * The tables of all signals are split by tenant and day.
     */
    static final List<TableShape.Partition> PARTITIONS = List.of(
            new TableShape.Partition(TENANT_ID, "identity"),
            new TableShape.Partition(TIMESTAMP, "day"));

    private CommonColumns() {}

    /**
     * @param record what a row is
     * @param timestamp where the {@code timestamp} of a row comes from
     */
    static List<Column> columns(String record, String timestamp)
    {
        return List.of(
                Column.required(TENANT_ID, Types.StringType.get(), "Tenant, from the request header or the configured default").withBounds(Bounds.FULL),
                Column.required(TIMESTAMP, Types.TimestampType.withZone(), timestamp + ", else the time of receipt; the partitions are its days")
                        .withBounds(Bounds.FULL)
                        .withEncoding(Encoding.DELTA),
                Column.required("ingest_time", Types.TimestampType.withZone(), "When the receiver gave the row's segment its number; never falls from one segment of a writer to the next").withBounds(Bounds.FULL),
                Column.optional(SERVICE_NAME, Types.StringType.get(), "Copy of the resource attribute service.name").withBounds(Bounds.FULL),
                Column.optional("service_namespace", Types.StringType.get(), "Copy of the resource attribute service.namespace").withBounds(Bounds.FULL),
                Column.optional("service_instance_id", Types.StringType.get(), "Copy of the resource attribute service.instance.id").withBloomFilter(),
                attributes("attributes", record).withEncoding(Encoding.PLAIN),
                attributeTypes("attribute_types", record),
                Column.optional("scope_name", Types.StringType.get(), "Name of the instrumentation scope"),
                Column.optional("scope_version", Types.StringType.get(), "Version of the instrumentation scope"),
                attributes("scope_attributes", "instrumentation scope"),
                attributeTypes("scope_attribute_types", "instrumentation scope"),
                Column.required("scope_dropped_attributes_count", Types.LongType.get(), "Attributes of the scope that the client dropped"),
                Column.optional("scope_schema_url", Types.StringType.get(), "Schema URL of scope and records"),
                attributes("resource_attributes", "resource"),
                attributeTypes("resource_attribute_types", "resource"),
                Column.required("resource_dropped_attributes_count", Types.LongType.get(), "Attributes of the resource that the client dropped"),
                Column.optional("resource_schema_url", Types.StringType.get(), "Schema URL of the resource"),
                Column.required("resource_entity_refs", entityRefs(), "Entities the resource stands for"),
                Column.optional("otlp_residual", Types.BinaryType.get(), "What the other columns cannot give back of the message, else null").withEncoding(Encoding.PLAIN));
    }

    static Column attributes(String name, String owner)
    {
        return Column.required(
                name,
                Types.MapType.ofOptional(1, 2, Types.StringType.get(), Types.StringType.get()),
                "Attributes of the %s as text; lists and objects are JSON".formatted(owner));
    }

    static Column attributeTypes(String name, String owner)
    {
        return Column.optional(
                name,
                Types.StringType.get(),
                "Types of the %s's attributes: one code per key, in the order of the keys' bytes; null when all are strings".formatted(owner));
    }

    private static Type entityRefs()
    {
        return Types.ListType.ofRequired(1, Types.StructType.of(
                NestedField.optional(2, "schema_url", Types.StringType.get()),
                NestedField.optional(3, "type", Types.StringType.get()),
                NestedField.required(4, "id_keys", Types.ListType.ofRequired(5, Types.StringType.get())),
                NestedField.required(6, "description_keys", Types.ListType.ofRequired(7, Types.StringType.get()))));
    }
}
