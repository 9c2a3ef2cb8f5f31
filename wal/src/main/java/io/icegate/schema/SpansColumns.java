package io.icegate.schema;

import io.icegate.schema.Column.Bounds;
import io.icegate.schema.Column.Encoding;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The spans table: the common columns, then those of spans.
 */
final class SpansColumns
{
    private SpansColumns() {}

    static TableShape shape()
    {
        List<Column> columns = new ArrayList<>(CommonColumns.columns("span", "Start of the span"));
        columns.addAll(identity());
        columns.addAll(content());
        return new TableShape("spans", columns, CommonColumns.PARTITIONS, List.of(CommonColumns.SERVICE_NAME, CommonColumns.TIMESTAMP), Map.of());
    }

    private static List<Column> identity()
    {
        return List.of(
                Column.optional("trace_id", Types.StringType.get(), "Trace, in lower-case hex").withBounds(Bounds.FULL).withEncoding(Encoding.DELTA).withBloomFilter(),
                Column.optional("span_id", Types.StringType.get(), "Span, in lower-case hex").withEncoding(Encoding.DELTA).withBloomFilter(),
                Column.optional("parent_span_id", Types.StringType.get(), "Span that this one is part of, in lower-case hex; null on roots").withEncoding(Encoding.DELTA),
                Column.optional("trace_state", Types.StringType.get(), "W3C tracestate"),
                Column.required("flags", Types.LongType.get(), "Flags of OTLP; the lowest byte are the W3C trace flags"));
    }

    private static List<Column> content()
    {
        return List.of(
                Column.optional("name", Types.StringType.get(), "What the span does").withBounds(Bounds.TRUNCATED),
                Column.required("kind", Types.IntegerType.get(), "1 internal, 2 server, 3 client, 4 producer, 5 consumer, 0 unspecified").withBounds(Bounds.FULL),
                Column.required("start_time_unix_nano", Types.LongType.get(), "Start in nanoseconds since 1970, 0 when unknown").withBounds(Bounds.FULL).withEncoding(Encoding.DELTA),
                Column.required("end_time_unix_nano", Types.LongType.get(), "End in nanoseconds since 1970, 0 when unknown").withBounds(Bounds.FULL).withEncoding(Encoding.DELTA),
                Column.optional("duration_nanos", Types.LongType.get(), "End less start; null when one of them is unknown, negative when the end comes first")
                        .withBounds(Bounds.FULL)
                        .withEncoding(Encoding.PLAIN),
                Column.required("status_code", Types.IntegerType.get(), "0 unset, 1 ok, 2 error").withBounds(Bounds.FULL),
                Column.optional("status_message", Types.StringType.get(), "Why the span failed"),
                Column.required("events", events(), "What happened during the span, in order").withEncoding(Encoding.PLAIN),
                Column.required("links", links(), "Spans of this or other traces that this one belongs together with, in order").withEncoding(Encoding.PLAIN),
                Column.required("dropped_attributes_count", Types.LongType.get(), "Attributes of the span that the client dropped"),
                Column.required("dropped_events_count", Types.LongType.get(), "Events of the span that the client dropped"),
                Column.required("dropped_links_count", Types.LongType.get(), "Links of the span that the client dropped"));
    }

    private static Type events()
    {
        return Types.ListType.ofRequired(1, Types.StructType.of(
                NestedField.required(2, "time_unix_nano", Types.LongType.get()),
                NestedField.optional(3, "name", Types.StringType.get()),
                NestedField.required(4, "attributes", Types.MapType.ofOptional(5, 6, Types.StringType.get(), Types.StringType.get())),
                NestedField.optional(7, "attribute_types", Types.StringType.get()),
                NestedField.required(8, "dropped_attributes_count", Types.LongType.get())));
    }

    private static Type links()
    {
        return Types.ListType.ofRequired(1, Types.StructType.of(
                NestedField.optional(2, "trace_id", Types.StringType.get()),
                NestedField.optional(3, "span_id", Types.StringType.get()),
                NestedField.optional(4, "trace_state", Types.StringType.get()),
                NestedField.required(5, "attributes", Types.MapType.ofOptional(6, 7, Types.StringType.get(), Types.StringType.get())),
                NestedField.optional(8, "attribute_types", Types.StringType.get()),
                NestedField.required(9, "dropped_attributes_count", Types.LongType.get()),
                NestedField.required(10, "flags", Types.LongType.get())));
    }
}
