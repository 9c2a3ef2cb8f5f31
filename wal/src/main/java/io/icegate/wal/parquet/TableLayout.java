package io.icegate.wal.parquet;

import com.github.luben.zstd.ZstdCompressCtx;
import io.icegate.schema.Column;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.MetricsModes;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.MessageType;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How all columns of a table are laid out in its compacted files, also those that are of no shape.
 *
 * @param columns the leaves, in the order of the file
 */
public record TableLayout(Schema schema, MessageType message, List<SchemaElement> elements, List<ColumnDescriptor> columns, List<LeafLayout> leaves)
{
    private static final String MAP_KEY = "key";
    private static final int MAP_KEY_DEPTH = 3;

    public TableLayout
    {
        elements = List.copyOf(elements);
        columns = List.copyOf(columns);
        leaves = List.copyOf(leaves);
    }

    /**
     * @param metrics tells the columns that have bounds
     * @param encodings of the top-level columns by name
     * @throws IllegalArgumentException when a column has a type that no segment has
     */
    public static TableLayout of(Schema schema, MetricsConfig metrics, Function<String, Column.Encoding> encodings)
    {
        MessageType message = ParquetSchema.messageType(schema);
        List<LeafLayout> leaves = new ArrayList<>();
        for (ColumnDescriptor leaf : message.getColumns()) {
            NestedField column = schema.findField(leaf.getPath()[0]);
            leaves.add(LeafLayout.of(leaf, isBounded(leaf, metrics.columnMode(column.name())), encoding(leaf, encodings.apply(column.name()))));
        }
        return new TableLayout(schema, message, FooterSchema.elements(schema), message.getColumns(), leaves);
    }

    private static boolean isBounded(ColumnDescriptor leaf, MetricsModes.MetricsMode mode)
    {
        if (leaf.getPath().length > 1 || mode.equals(MetricsModes.None.get()) || mode.equals(MetricsModes.Counts.get())) {
            return false;
        }
        Type type = ParquetSchema.physicalType(leaf.getPrimitiveType().getPrimitiveTypeName());
        return type != Type.BOOLEAN && type != Type.DOUBLE;
    }

    private static Column.Encoding encoding(ColumnDescriptor leaf, Column.Encoding column)
    {
        String[] path = leaf.getPath();
        if (path.length >= MAP_KEY_DEPTH && path[path.length - 1].equals(MAP_KEY)) {
            return Column.Encoding.DICTIONARY;
        }
        return path.length > 1 && column == Column.Encoding.DELTA ? Column.Encoding.PLAIN : column;
    }

    /**
     * True when texts of a leaf go through a dictionary as long as that pays.
     */
    public boolean hasTextDictionary(int leaf)
    {
        return leaves.get(leaf).type() == Type.BYTE_ARRAY && leaves.get(leaf).hasDictionary();
    }

    /**
     * Opens the writer of one leaf.
     *
     * @param scratch which writers that are open at once may share
     */
    public ColumnWriter open(int leaf, ZstdCompressCtx zstd, ByteSink scratch)
    {
        LeafLayout layout = leaves.get(leaf);
        return new ColumnWriter(layout, new ColumnChunkWriter(layout, zstd, scratch));
    }
}
