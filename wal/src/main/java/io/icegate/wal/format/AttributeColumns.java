package io.icegate.wal.format;

import io.icegate.schema.AttributeShape;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A map of attributes and its sidecar, of a row or of the elements of a list.
 */
final class AttributeColumns
{
    private final BytesLeaf keys;
    private final BytesLeaf values;
    private final BytesLeaf types;

    /**
     * @param values null where an entry has no value
     * @param types null when all are strings
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encoded(Binary[] keys, @Nullable Binary[] values, @Nullable Binary types)
    {
        boolean hasAllValues()
        {
            for (Binary value : values) {
                if (value == null) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * @param name path of the map, as for {@link RowGroupWriter#bytes}
     */
    AttributeColumns(RowGroupWriter group, String name, String typesName)
    {
        keys = group.bytes(name + ".key_value.key");
        values = group.bytes(name + ".key_value.value");
        types = group.bytes(typesName);
    }

    /**
     * Writes rows that all have these attributes.
     */
    void repeat(Encoded attributes, int rows)
    {
        types.repeat(attributes.types(), rows);
        if (attributes.keys().length == 0) {
            keys.absentRows(keys.definitionMax() - 1, rows);
            values.absentRows(keys.definitionMax() - 1, rows);
        }
        else if (attributes.hasAllValues()) {
            keys.repeat(attributes.keys(), rows);
            values.repeat(attributes.values(), rows);
        }
        else {
            for (int row = 0; row < rows; row++) {
                writeEntries(attributes, 0);
            }
        }
    }

    /**
     * Writes the attributes of rows of a block, column by column.
     */
    @SuppressWarnings("ReferenceEquality") // rows of one call site share the shape
    void write(RecordBlock block, int from, int to, SharedBytes shared)
    {
        AttributeBlock attributes = block.attributes();
        int row = from;
        while (row < to) {
            AttributeShape shape = attributes.shape(row);
            int end = row + 1;
            while (end < to && attributes.shape(end) == shape) {
                end++;
            }
            SharedBytes.Shape encoded = shared.shape(shape);
            if (shape.size() == 0) {
                keys.absentRows(keys.definitionMax() - 1, end - row);
                values.absentRows(keys.definitionMax() - 1, end - row);
            }
            else {
                keys.repeat(encoded.keys(), end - row);
                block.write(values, attributes, row, end);
            }
            types.repeat(encoded.types(), end - row);
            row = end;
        }
    }

    /**
     * Writes the attributes of one element of a list.
     *
     * @param attributes of the elements of the block
     */
    void write(RecordBlock block, AttributeBlock attributes, int element, int repetition, SharedBytes shared)
    {
        SharedBytes.Shape encoded = shared.shape(attributes.shape(element));
        Binary[] keyArray = encoded.keys();
        if (keyArray.length == 0) {
            keys.absent(repetition, keys.definitionMax() - 1);
            values.absent(repetition, keys.definitionMax() - 1);
        }
        int start = attributes.start(element);
        for (int i = 0; i < keyArray.length; i++) {
            int slice = attributes.slice(start + i);
            int level = i == 0 ? repetition : keys.repetitionMax();
            keys.write(keyArray[i], level);
            values.write(block.bytes(slice), RecordBlock.offset(slice), attributes.length(start + i), level);
        }
        types.write(encoded.types(), repetition, types.definitionMax() - 1);
    }

    /**
     * Writes rows that all have the attributes of one owner.
     */
    void repeat(RecordBlock block, AttributeBlock attributes, int owner, int rows, SharedBytes shared)
    {
        if (attributes.shape(owner).size() == 0) {
            keys.absentRows(keys.definitionMax() - 1, rows);
            values.absentRows(keys.definitionMax() - 1, rows);
            types.absentRows(rows);
            return;
        }
        for (int row = 0; row < rows; row++) {
            write(block, attributes, owner, 0, shared);
        }
    }

    void write(Encoded attributes)
    {
        write(attributes, 0);
    }

    /**
     * Writes the attributes of one element of a list.
     */
    void write(Encoded attributes, int repetition)
    {
        writeEntries(attributes, repetition);
        types.write(attributes.types(), repetition, types.definitionMax() - 1);
    }

    /**
     * Says that there is no map, because a level above it is not there.
     *
     * @param definition how many of the levels above are there
     */
    void absent(int repetition, int definition)
    {
        keys.absent(repetition, definition);
        values.absent(repetition, definition);
        types.absent(repetition, definition);
    }

    /**
     * Says of so many rows that there is no map, because a level above it is not there.
     *
     * @param definition how many of the levels above are there
     */
    void absentRows(int definition, int rows)
    {
        keys.absentRows(definition, rows);
        values.absentRows(definition, rows);
        types.absentRows(definition, rows);
    }

    private void writeEntries(Encoded attributes, int firstRepetition)
    {
        Binary[] keyArray = attributes.keys();
        @Nullable Binary[] valueArray = attributes.values();
        if (keyArray.length == 0) {
            keys.absent(firstRepetition, keys.definitionMax() - 1);
            values.absent(firstRepetition, keys.definitionMax() - 1);
        }
        for (int i = 0; i < keyArray.length; i++) {
            int repetition = i == 0 ? firstRepetition : keys.repetitionMax();
            keys.write(keyArray[i], repetition);
            Binary value = valueArray[i];
            if (value == null) {
                values.absent(repetition, keys.definitionMax());
            }
            else {
                values.write(value, repetition);
            }
        }
    }
}
