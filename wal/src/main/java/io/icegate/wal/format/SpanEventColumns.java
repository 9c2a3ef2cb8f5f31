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
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
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
            writeEmpty();
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

    /**
     * Writes the events {@code [from, to)} of a block, which are those of one row.
     */
    void write(SpanBlock block, int from, int to)
    {
        if (from == to) {
            writeEmpty();
        }
        SpanEventBlock events = block.events;
        for (int i = from; i < to; i++) {
            int repetition = i == from ? 0 : 1;
            time.write(events.times[i], repetition);
            name.write(events.names[i], repetition, present);
            attributes.write(block, events.attributes, i, repetition, shared);
            droppedAttributesCount.write(events.droppedAttributesCounts[i], repetition);
        }
    }

    private void writeEmpty()
    {
        time.absent(0, empty);
        name.absent(0, empty);
        attributes.absent(0, empty);
        droppedAttributesCount.absent(0, empty);
    }
}
