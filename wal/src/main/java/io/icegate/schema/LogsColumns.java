package io.icegate.schema;

import io.icegate.schema.Column.Bounds;
import io.icegate.schema.Column.Encoding;
import org.apache.iceberg.types.Types;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The logs table: the common columns, then those of log records.
 */
final class LogsColumns
{
    private LogsColumns() {}

    static TableShape shape()
    {
        List<Column> columns = new ArrayList<>(CommonColumns.columns("record", "Time of the event, else when it was observed"));
        columns.addAll(records());
        return new TableShape(
                "logs",
                columns,
                CommonColumns.PARTITIONS,
                List.of(CommonColumns.SERVICE_NAME, CommonColumns.TIMESTAMP),
                Map.of(),
                // an OTLP event is a log record with a name
                List.of(new TableShape.View("events", "event_name IS NOT NULL")));
    }

    private static List<Column> records()
    {
        return List.of(
                Column.required("time_unix_nano", Types.LongType.get(), "Time of the event in nanoseconds since 1970, 0 when unknown")
                        .withBounds(Bounds.FULL)
                        .withEncoding(Encoding.DELTA),
                Column.required("observed_time_unix_nano", Types.LongType.get(), "When the event was observed, in nanoseconds since 1970, 0 when unknown")
                        .withBounds(Bounds.FULL)
                        .withEncoding(Encoding.DELTA),
                Column.required("severity_number", Types.IntegerType.get(), "1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal, 0 unspecified").withBounds(Bounds.FULL),
                Column.optional("severity_text", Types.StringType.get(), "Severity as the source wrote it"),
                Column.optional("event_name", Types.StringType.get(), "Name that tells the kind of event").withBounds(Bounds.FULL),
                Column.optional("body", Types.StringType.get(), "Message; JSON when it is structured").withEncoding(Encoding.PLAIN),
                Column.optional("body_type", Types.StringType.get(), "Type of the body, a code as in attribute_types; null for text and for no body"),
                Column.optional("trace_id", Types.StringType.get(), "Trace in lower-case hex, 32 digits").withBounds(Bounds.FULL).withEncoding(Encoding.DELTA).withBloomFilter(),
                Column.optional("span_id", Types.StringType.get(), "Span in lower-case hex, 16 digits").withEncoding(Encoding.DELTA).withBloomFilter(),
                Column.required("flags", Types.LongType.get(), "Flags of OTLP; the lowest byte are the W3C trace flags"),
                Column.required("dropped_attributes_count", Types.LongType.get(), "Attributes of the record that the client dropped"));
    }
}
