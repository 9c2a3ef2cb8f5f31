package io.icegate.schema;

import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns of the logs table, in order. Ids are placeholders: a table has its own.
 */
final class LogsSchema
{
    static final String TENANT_ID = "tenant_id";
    static final String TIMESTAMP = "timestamp";
    static final String SERVICE_NAME = "service_name";

    private final List<NestedField> fields = new ArrayList<>();
    private int id;

    private LogsSchema() {}

    static Schema create()
    {
        LogsSchema schema = new LogsSchema();
        schema.common();
        schema.logs();
        return new Schema(schema.fields);
    }

    private void common()
    {
        required(TENANT_ID, Types.StringType.get());
        required(TIMESTAMP, Types.TimestampType.withZone());
        required("ingest_time", Types.TimestampType.withZone());
        optional(SERVICE_NAME, Types.StringType.get());
        optional("service_namespace", Types.StringType.get());
        optional("service_instance_id", Types.StringType.get());
        attributes("attributes", "attribute_types");
        optional("scope_name", Types.StringType.get());
        optional("scope_version", Types.StringType.get());
        attributes("scope_attributes", "scope_attribute_types");
        required("scope_dropped_attributes_count", Types.LongType.get());
        optional("scope_schema_url", Types.StringType.get());
        attributes("resource_attributes", "resource_attribute_types");
        required("resource_dropped_attributes_count", Types.LongType.get());
        optional("resource_schema_url", Types.StringType.get());
        required("resource_entity_refs", Types.ListType.ofRequired(++id, Types.StructType.of(
                NestedField.optional(++id, "schema_url", Types.StringType.get()),
                NestedField.optional(++id, "type", Types.StringType.get()),
                NestedField.required(++id, "id_keys", Types.ListType.ofRequired(++id, Types.StringType.get())),
                NestedField.required(++id, "description_keys", Types.ListType.ofRequired(++id, Types.StringType.get())))));
        optional("otlp_residual", Types.BinaryType.get());
    }

    private void logs()
    {
        required("time_unix_nano", Types.LongType.get());
        required("observed_time_unix_nano", Types.LongType.get());
        required("severity_number", Types.IntegerType.get());
        optional("severity_text", Types.StringType.get());
        optional("event_name", Types.StringType.get());
        optional("body", Types.StringType.get());
        optional("body_type", Types.StringType.get());
        optional("trace_id", Types.BinaryType.get());
        optional("span_id", Types.BinaryType.get());
        required("flags", Types.LongType.get());
        required("dropped_attributes_count", Types.LongType.get());
    }

    private void attributes(String name, String typesName)
    {
        required(name, Types.MapType.ofOptional(++id, ++id, Types.StringType.get(), Types.StringType.get()));
        optional(typesName, Types.StringType.get());
    }

    private void required(String name, Type type)
    {
        fields.add(NestedField.required(++id, name, type));
    }

    private void optional(String name, Type type)
    {
        fields.add(NestedField.optional(++id, name, type));
    }
}
