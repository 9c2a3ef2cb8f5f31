package io.icegate.wal.parquet;

import io.icegate.schema.Column;
import io.icegate.schema.TableShape;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
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

/**
 * How the rows of a shape are laid out for one table schema: its columns of that shape, found by name, with its ids.
 * Columns that others added are left out, readers see NULL there.
 *
 * @param source the table schema
 */
public record SegmentLayout(TableShape shape, Schema source, String sourceJson, MessageType message, List<SchemaElement> elements, ParquetProperties properties)
{
    public static final int PAGE_BYTES = 1024 * 1024;
    static final int PAGE_ROWS_MAX = 20_000;

    private static final String MAP_KEY = ".key_value.key";

    /**
     * Lays the rows of a shape out for a table.
     *
     * @throws IllegalArgumentException when the table does not fit the shape
     */
    public static SegmentLayout of(TableShape shape, Schema table)
    {
        List<NestedField> columns = new ArrayList<>();
        for (Column wanted : shape.columns()) {
            NestedField column = table.findField(wanted.name());
            if (column == null) {
                throw new IllegalArgumentException("Cannot encode %s: the table has no column '%s'".formatted(shape.name(), wanted.name()));
            }
            if (!holds(column.type(), wanted.type())) {
                throw new IllegalArgumentException("Cannot encode %s: column '%s' of the table is %s, not %s".formatted(shape.name(), wanted.name(), column.type(), wanted.type()));
            }
            columns.add(column);
        }
        for (NestedField column : table.columns()) {
            if (column.isRequired() && shape.column(column.name()).isEmpty()) {
                throw new IllegalArgumentException("Cannot encode %s: the table requires the unknown column '%s'".formatted(shape.name(), column.name()));
            }
        }
        Schema written = new Schema(columns);
        MessageType message = ParquetSchema.messageType(written);
        return new SegmentLayout(shape, table, SchemaParser.toJson(table), message, FooterSchema.elements(written), properties(shape, message));
    }

    /**
     * True for the same type, or a wider one: values are written as the table has them now.
     */
    private static boolean holds(Type column, Type wanted)
    {
        return column.isPrimitiveType() && wanted.isPrimitiveType()
                ? TypeUtil.isPromotionAllowed(wanted, column.asPrimitiveType())
                : column.typeId() == wanted.typeId();
    }

    /**
     * True when readers shall find the smallest and the largest value of a leaf.
     */
    boolean isBounded(ColumnDescriptor leaf)
    {
        return isBounded(shape, leaf);
    }

    private static boolean isBounded(TableShape shape, ColumnDescriptor leaf)
    {
        return leaf.getPath().length == 1 && column(shape, leaf).isBoundedInSegments();
    }

    private static boolean hasDictionary(TableShape shape, ColumnDescriptor leaf)
    {
        return column(shape, leaf).encoding() == Column.Encoding.DICTIONARY || dotted(leaf).endsWith(MAP_KEY);
    }

    private static Column column(TableShape shape, ColumnDescriptor leaf)
    {
        return shape.column(leaf.getPath()[0]).orElseThrow();
    }

    static String dotted(ColumnDescriptor leaf)
    {
        return String.join(".", leaf.getPath());
    }

    private static ParquetProperties properties(TableShape shape, MessageType message)
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
            builder.withDictionaryEncoding(path, hasDictionary(shape, column));
            builder.withStatisticsEnabled(path, isBounded(shape, column));
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
