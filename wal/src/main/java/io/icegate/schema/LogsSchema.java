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
        required(TENANT_ID, Types.StringType.get(), "Tenant, from the request header or the configured default");
        required(TIMESTAMP, Types.TimestampType.withZone(), "Time of the event, else when it was observed, else ingest_time; the partitions are its days");
        required("ingest_time", Types.TimestampType.withZone(), "When the receiver decoded the request");
        optional(SERVICE_NAME, Types.StringType.get(), "Copy of the resource attribute service.name");
        optional("service_namespace", Types.StringType.get(), "Copy of the resource attribute service.namespace");
        optional("service_instance_id", Types.StringType.get(), "Copy of the resource attribute service.instance.id");
        attributes("attributes", "attribute_types", "record");
        optional("scope_name", Types.StringType.get(), "Name of the instrumentation scope");
        optional("scope_version", Types.StringType.get(), "Version of the instrumentation scope");
        attributes("scope_attributes", "scope_attribute_types", "instrumentation scope");
        required("scope_dropped_attributes_count", Types.LongType.get(), "Attributes of the scope that the client dropped");
        optional("scope_schema_url", Types.StringType.get(), "Schema URL of scope and records");
        attributes("resource_attributes", "resource_attribute_types", "resource");
        required("resource_dropped_attributes_count", Types.LongType.get(), "Attributes of the resource that the client dropped");
        optional("resource_schema_url", Types.StringType.get(), "Schema URL of the resource");
        required("resource_entity_refs", Types.ListType.ofRequired(++id, Types.StructType.of(
                NestedField.optional(++id, "schema_url", Types.StringType.get()),
                NestedField.optional(++id, "type", Types.StringType.get()),
                NestedField.required(++id, "id_keys", Types.ListType.ofRequired(++id, Types.StringType.get())),
                NestedField.required(++id, "description_keys", Types.ListType.ofRequired(++id, Types.StringType.get())))), "Entities the resource stands for");
        optional("otlp_residual", Types.BinaryType.get(), "What the other columns cannot give back of the message, else null");
    }

    private void logs()
    {
        required("time_unix_nano", Types.LongType.get(), "Time of the event in nanoseconds since 1970, 0 when unknown");
        required("observed_time_unix_nano", Types.LongType.get(), "When the event was observed, in nanoseconds since 1970, 0 when unknown");
        required("severity_number", Types.IntegerType.get(), "1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal, 0 unspecified");
        optional("severity_text", Types.StringType.get(), "Severity as the source wrote it");
        optional("event_name", Types.StringType.get(), "Name that tells the kind of event");
        optional("body", Types.StringType.get(), "Message; JSON when it is structured");
        optional("body_type", Types.StringType.get(), "Type of the body, a code as in attribute_types; null for text and for no body");
        optional("trace_id", Types.BinaryType.get(), "Trace, 16 bytes; to_hex shows it");
        optional("span_id", Types.BinaryType.get(), "Span, 8 bytes; to_hex shows it");
        required("flags", Types.LongType.get(), "Flags of OTLP; the lowest byte are the W3C trace flags");
        required("dropped_attributes_count", Types.LongType.get(), "Attributes of the record that the client dropped");
    }

    private void attributes(String name, String typesName, String owner)
    {
        required(name, Types.MapType.ofOptional(++id, ++id, Types.StringType.get(), Types.StringType.get()), "Attributes of the %s as text; lists and objects are JSON".formatted(owner));
        optional(typesName, Types.StringType.get(), "Types of the %s's attributes: one code per key, in the order of the keys' bytes; null when all are strings".formatted(owner));
    }

    private void required(String name, Type type, String doc)
    {
        fields.add(NestedField.required(++id, name, type, doc));
    }

    private void optional(String name, Type type, String doc)
    {
        fields.add(NestedField.optional(++id, name, type, doc));
    }
}
