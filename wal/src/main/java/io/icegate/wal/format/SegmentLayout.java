package io.icegate.wal.format;

import io.icegate.schema.SignalTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.dictionary.DictionaryValuesWriter.PlainIntegerDictionaryValuesWriter;
import org.apache.parquet.column.values.dictionary.DictionaryValuesWriter.PlainLongDictionaryValuesWriter;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.column.values.fallback.FallbackValuesWriter;
import org.apache.parquet.column.values.plain.PlainValuesWriter;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How the rows of a signal are laid out for one table schema: its columns of that signal, found by name, with its ids.
 * Columns that others added are left out, readers see NULL there.
 *
 * @param source the table schema
 */
record SegmentLayout(Schema source, String sourceJson, MessageType message, List<SchemaElement> elements, ParquetProperties properties)
{
    static final int PAGE_BYTES = 1024 * 1024;
    static final int PAGE_ROWS_MAX = 20_000;

    /**
     * Nearly unique or long values, for which a dictionary is wasted work.
     */
    private static final Set<String> PLAIN = Set.of(
            "timestamp", "time_unix_nano", "observed_time_unix_nano", "attributes.key_value.value", "body", "trace_id", "span_id", "otlp_residual");
    private static final Set<String> BOUNDED = Set.of(
            "tenant_id", "timestamp", "ingest_time", "service_name", "service_namespace", "time_unix_nano", "observed_time_unix_nano", "severity_number", "event_name");

    /**
     * @throws IllegalArgumentException when the table does not fit the signal
     */
    static SegmentLayout of(SignalTable signal, Schema table)
    {
        List<NestedField> columns = new ArrayList<>();
        for (NestedField wanted : signal.schema().columns()) {
            NestedField column = table.findField(wanted.name());
            if (column == null) {
                throw new IllegalArgumentException("Cannot encode %s: the table has no column '%s'".formatted(signal.tableName(), wanted.name()));
            }
            if (column.type().typeId() != wanted.type().typeId()) {
                throw new IllegalArgumentException("Cannot encode %s: column '%s' of the table is %s, not %s".formatted(signal.tableName(), wanted.name(), column.type(), wanted.type()));
            }
            columns.add(column);
        }
        for (NestedField column : table.columns()) {
            if (column.isRequired() && signal.schema().findField(column.name()) == null) {
                throw new IllegalArgumentException("Cannot encode %s: the table requires the unknown column '%s'".formatted(signal.tableName(), column.name()));
            }
        }
        Schema written = new Schema(columns);
        MessageType message = ParquetSchema.messageType(written);
        return new SegmentLayout(table, SchemaParser.toJson(table), message, FooterSchema.elements(written), properties(message));
    }

    static boolean isBounded(ColumnDescriptor column)
    {
        return BOUNDED.contains(dotted(column));
    }

    static String dotted(ColumnDescriptor column)
    {
        return String.join(".", column.getPath());
    }

    private static ParquetProperties properties(MessageType message)
    {
        ParquetProperties.Builder builder = ParquetProperties.builder()
                .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
                .withPageSize(PAGE_BYTES)
                .withPageRowCountLimit(PAGE_ROWS_MAX)
                .withStatisticsEnabled(false)
                .withSizeStatisticsEnabled(false)
                .withValuesWriterFactory(new WriterFactory());
        for (ColumnDescriptor column : message.getColumns()) {
            String path = dotted(column);
            builder.withDictionaryEncoding(path, !PLAIN.contains(path));
            builder.withStatisticsEnabled(path, BOUNDED.contains(path));
        }
        return builder.build();
    }

    /**
     * Dictionaries that share values, and the dictionary encoding's modern name.
     */
    private static final class WriterFactory
            implements ValuesWriterFactory
    {
        private ParquetProperties properties = ParquetProperties.builder().build();

        @Override
        public void initialize(ParquetProperties properties)
        {
            this.properties = properties;
        }

        @Override
        public ValuesWriter newValuesWriter(ColumnDescriptor column)
        {
            int slab = properties.getInitialSlabSize();
            PrimitiveTypeName type = column.getPrimitiveType().getPrimitiveTypeName();
            if (type == PrimitiveTypeName.BINARY && !properties.isDictionaryEnabled(column)) {
                return new PlainBinaryWriter(slab);
            }
            PlainValuesWriter plain = new PlainValuesWriter(slab, properties.getPageSizeThreshold(), properties.getAllocator());
            if (!properties.isDictionaryEnabled(column)) {
                return plain;
            }
            int dictionaryBytesMax = properties.getDictionaryPageSizeThreshold();
            return switch (type) {
                case BINARY -> new SharedDictionaryWriter(dictionaryBytesMax, properties.getAllocator(), plain);
                case INT64 -> FallbackValuesWriter.of(new PlainLongDictionaryValuesWriter(dictionaryBytesMax, Encoding.RLE_DICTIONARY, Encoding.PLAIN, properties.getAllocator()), plain);
                case INT32 -> FallbackValuesWriter.of(new PlainIntegerDictionaryValuesWriter(dictionaryBytesMax, Encoding.RLE_DICTIONARY, Encoding.PLAIN, properties.getAllocator()), plain);
                default -> plain;
            };
        }
    }
}
