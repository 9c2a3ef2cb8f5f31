package io.icegate.wal.format;

import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A map of attributes and its sidecar.
 */
final class AttributeColumns
{
    private final Leaf keys;
    private final Leaf values;
    private final Leaf types;

    /**
     * @param values null where an entry has no value
     * @param types null when all are strings
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encoded(Binary[] keys, @Nullable Binary[] values, @Nullable Binary types) {}

    AttributeColumns(RowGroupWriter group, String name, String typesName)
    {
        keys = group.leaf(name + ".key_value.key");
        values = group.leaf(name + ".key_value.value");
        types = group.leaf(typesName);
    }

    void write(Encoded attributes)
    {
        Binary[] keyArray = attributes.keys();
        @Nullable Binary[] valueArray = attributes.values();
        if (keyArray.length == 0) {
            keys.absent(0, keys.definitionMax() - 1);
            values.absent(0, keys.definitionMax() - 1);
        }
        for (int i = 0; i < keyArray.length; i++) {
            int repetition = i == 0 ? 0 : 1;
            keys.write(keyArray[i], repetition);
            Binary value = valueArray[i];
            if (value == null) {
                values.absent(repetition, keys.definitionMax());
            }
            else {
                values.write(value, repetition);
            }
        }
        types.write(attributes.types());
    }
}
