package io.icegate.wal.parquet;

import io.icegate.schema.Column;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.Type;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * How the values of one leaf column are stored.
 *
 * @param path names of the levels, those of maps and lists included
 * @param bounded true when readers shall find the smallest and the largest value
 */
record LeafLayout(List<String> path, Type type, int repetitionMax, int definitionMax, boolean bounded, Column.Encoding encoding)
{
    LeafLayout
    {
        path = List.copyOf(path);
        requireNonNull(type, "type is null");
        requireNonNull(encoding, "encoding is null");
    }

    static LeafLayout of(ColumnDescriptor column, boolean bounded, Column.Encoding encoding)
    {
        return new LeafLayout(
                List.of(column.getPath()),
                ParquetSchema.physicalType(column.getPrimitiveType().getPrimitiveTypeName()),
                column.getMaxRepetitionLevel(),
                column.getMaxDefinitionLevel(),
                bounded,
                encoding);
    }

    /**
     * True when values go through a dictionary as long as that pays.
     */
    boolean hasDictionary()
    {
        return encoding == Column.Encoding.DICTIONARY;
    }

    /**
     * True when differences are stored.
     */
    boolean isDelta()
    {
        return encoding == Column.Encoding.DELTA;
    }

    boolean isTopLevel()
    {
        return path.size() == 1;
    }

    /**
     * Bytes of a number.
     */
    int valueBytes()
    {
        return switch (type) {
            case INT32 -> Integer.BYTES;
            case INT64, DOUBLE -> Long.BYTES;
            case BOOLEAN, INT96, FLOAT, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> throw new IllegalArgumentException("Column '%s' is %s, no number".formatted(String.join(".", path), type));
        };
    }
}
