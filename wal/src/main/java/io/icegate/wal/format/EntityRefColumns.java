package io.icegate.wal.format;

import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * The list of entity references.
 */
final class EntityRefColumns
{
    private final BytesLeaf schemaUrl;
    private final BytesLeaf type;
    private final BytesLeaf idKeys;
    private final BytesLeaf descriptionKeys;

    record Encoded(@Nullable Binary schemaUrl, @Nullable Binary type, List<Binary> idKeys, List<Binary> descriptionKeys) {}

    EntityRefColumns(RowGroupWriter group, String name)
    {
        schemaUrl = group.bytes(name + ".list.element.schema_url");
        type = group.bytes(name + ".list.element.type");
        idKeys = group.bytes(name + ".list.element.id_keys.list.element");
        descriptionKeys = group.bytes(name + ".list.element.description_keys.list.element");
    }

    void write(List<Encoded> refs)
    {
        int present = schemaUrl.definitionMax() - 1;
        if (refs.isEmpty()) {
            schemaUrl.absent(0, present - 1);
            type.absent(0, present - 1);
            idKeys.absent(0, present - 1);
            descriptionKeys.absent(0, present - 1);
            return;
        }
        for (int i = 0; i < refs.size(); i++) {
            Encoded ref = refs.get(i);
            int repetition = i == 0 ? 0 : 1;
            optional(schemaUrl, ref.schemaUrl(), repetition, present);
            optional(type, ref.type(), repetition, present);
            list(idKeys, ref.idKeys(), repetition, present);
            list(descriptionKeys, ref.descriptionKeys(), repetition, present);
        }
    }

    private static void optional(BytesLeaf leaf, @Nullable Binary value, int repetition, int present)
    {
        if (value == null) {
            leaf.absent(repetition, present);
        }
        else {
            leaf.write(value, repetition);
        }
    }

    private static void list(BytesLeaf leaf, List<Binary> values, int repetition, int present)
    {
        if (values.isEmpty()) {
            leaf.absent(repetition, present);
        }
        for (int i = 0; i < values.size(); i++) {
            leaf.write(values.get(i), i == 0 ? repetition : 2);
        }
    }
}
