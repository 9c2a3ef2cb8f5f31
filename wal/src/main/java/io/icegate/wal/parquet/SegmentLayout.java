package io.icegate.wal.parquet;

import io.icegate.schema.Column;
import io.icegate.schema.TableShape;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.schema.MessageType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the rows of a shape are laid out for one table schema: its columns of that shape, found by name, with its ids.
 * Columns that others added are left out, readers see NULL there.
 *
 * @param source the table schema
 * @param message the columns as Parquet has them
 */
public record SegmentLayout(TableShape shape, Schema source, String sourceJson, MessageType message, List<SchemaElement> elements, Map<String, LeafLayout> leaves)
{
    public static final int PAGE_BYTES = 1024 * 1024;
    static final int PAGE_ROWS_MAX = 20_000;
    /**
     * Entries of maps and lists count one by one.
     */
    static final int PAGE_VALUES_MAX = 1 << 18;

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
        return new SegmentLayout(shape, table, SchemaParser.toJson(table), message, FooterSchema.elements(written), leaves(shape, message));
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

    private static Map<String, LeafLayout> leaves(TableShape shape, MessageType message)
    {
        Map<String, LeafLayout> leaves = new LinkedHashMap<>();
        for (ColumnDescriptor leaf : message.getColumns()) {
            Column column = shape.column(leaf.getPath()[0]).orElseThrow();
            String path = String.join(".", leaf.getPath());
            boolean bounded = leaf.getPath().length == 1 && column.isBoundedInSegments();
            Column.Encoding encoding = path.endsWith(MAP_KEY) ? Column.Encoding.DICTIONARY : column.encoding();
            leaves.put(path, LeafLayout.of(leaf, bounded, encoding));
        }
        return leaves;
    }
}
