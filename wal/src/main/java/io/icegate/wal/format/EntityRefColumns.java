package io.icegate.wal.format;

import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The list of entity references. Levels come from the table, where a statement such as CREATE TABLE AS SELECT makes the nested
 * fields optional.
 */
final class EntityRefColumns
{
    private final BytesLeaf schemaUrl;
    private final BytesLeaf type;
    private final BytesLeaf idKeys;
    private final BytesLeaf descriptionKeys;
    private final int emptyRefs;
    private final int ref;
    private final int emptyIdKeys;
    private final int emptyDescriptionKeys;

    record Encoded(@Nullable Binary schemaUrl, @Nullable Binary type, List<Binary> idKeys, List<Binary> descriptionKeys) {}

    EntityRefColumns(RowGroupWriter group, String name)
    {
        schemaUrl = group.bytes(name + ".list.element.schema_url");
        type = group.bytes(name + ".list.element.type");
        idKeys = group.bytes(name + ".list.element.id_keys.list.element");
        descriptionKeys = group.bytes(name + ".list.element.description_keys.list.element");
        emptyRefs = group.definition(name);
        ref = group.definition(name + ".list.element");
        emptyIdKeys = group.definition(name + ".list.element.id_keys");
        emptyDescriptionKeys = group.definition(name + ".list.element.description_keys");
    }

    /**
     * Writes rows that all have these references.
     */
    void repeat(List<Encoded> refs, int rows)
    {
        if (refs.isEmpty()) {
            schemaUrl.absentRows(emptyRefs, rows);
            type.absentRows(emptyRefs, rows);
            idKeys.absentRows(emptyRefs, rows);
            descriptionKeys.absentRows(emptyRefs, rows);
            return;
        }
        for (int row = 0; row < rows; row++) {
            write(refs);
        }
    }

    void write(List<Encoded> refs)
    {
        if (refs.isEmpty()) {
            repeat(refs, 1);
            return;
        }
        for (int i = 0; i < refs.size(); i++) {
            Encoded encoded = refs.get(i);
            int repetition = i == 0 ? 0 : 1;
            schemaUrl.write(encoded.schemaUrl(), repetition, ref);
            type.write(encoded.type(), repetition, ref);
            list(idKeys, encoded.idKeys(), repetition, emptyIdKeys);
            list(descriptionKeys, encoded.descriptionKeys(), repetition, emptyDescriptionKeys);
        }
    }

    private static void list(BytesLeaf leaf, List<Binary> values, int repetition, int empty)
    {
        if (values.isEmpty()) {
            leaf.absent(repetition, empty);
        }
        for (int i = 0; i < values.size(); i++) {
            leaf.write(values.get(i), i == 0 ? repetition : 2);
        }
    }
}
