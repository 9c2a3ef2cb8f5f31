package io.icegate.wal.format;

import io.icegate.schema.SpanRow.Event;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

/**
 * The list of what happened during a span. Levels come from the table, where a statement such as CREATE TABLE AS SELECT makes
 * the nested fields optional.
 */
final class SpanEventColumns
{
    private final SharedBytes shared;
    private final NumberLeaf time;
    private final BytesLeaf name;
    private final AttributeColumns attributes;
    private final NumberLeaf droppedAttributesCount;
    private final int empty;
    private final int present;

    SpanEventColumns(RowGroupWriter group, String list, SharedBytes shared)
    {
        this.shared = shared;
        String element = list + ".list.element";
        time = group.number(element + ".time_unix_nano");
        name = group.bytes(element + ".name");
        attributes = new AttributeColumns(group, element + ".attributes", element + ".attribute_types");
        droppedAttributesCount = group.number(element + ".dropped_attributes_count");
        empty = group.definition(list);
        present = group.definition(element);
    }

    void write(List<Event> events)
    {
        if (events.isEmpty()) {
            time.absent(0, empty);
            name.absent(0, empty);
            attributes.absent(0, empty);
            droppedAttributesCount.absent(0, empty);
            return;
        }
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            int repetition = i == 0 ? 0 : 1;
            time.write(event.timeUnixNano(), repetition);
            name.write(shared.text(event.name()), repetition, present);
            attributes.write(shared.rowAttributes(event.attributes()), repetition);
            droppedAttributesCount.write(event.droppedAttributesCount(), repetition);
        }
    }
}
