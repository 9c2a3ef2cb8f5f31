package io.icegate.wal.format;

import io.icegate.schema.SpanRow.Link;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

/**
 * The list of spans that a span belongs together with. Levels come from the table, as in {@link SpanEventColumns}.
 */
final class SpanLinkColumns
{
    private final SharedBytes shared;
    private final BytesLeaf traceId;
    private final BytesLeaf spanId;
    private final BytesLeaf traceState;
    private final AttributeColumns attributes;
    private final NumberLeaf droppedAttributesCount;
    private final NumberLeaf flags;
    private final int empty;
    private final int present;

    SpanLinkColumns(RowGroupWriter group, String list, SharedBytes shared)
    {
        this.shared = shared;
        String element = list + ".list.element";
        traceId = group.bytes(element + ".trace_id");
        spanId = group.bytes(element + ".span_id");
        traceState = group.bytes(element + ".trace_state");
        attributes = new AttributeColumns(group, element + ".attributes", element + ".attribute_types");
        droppedAttributesCount = group.number(element + ".dropped_attributes_count");
        flags = group.number(element + ".flags");
        empty = group.definition(list);
        present = group.definition(element);
    }

    void write(List<Link> links)
    {
        if (links.isEmpty()) {
            traceId.absent(0, empty);
            spanId.absent(0, empty);
            traceState.absent(0, empty);
            attributes.absent(0, empty);
            droppedAttributesCount.absent(0, empty);
            flags.absent(0, empty);
            return;
        }
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(i);
            int repetition = i == 0 ? 0 : 1;
            traceId.write(shared.unshared(link.traceId()), repetition, present);
            spanId.write(shared.unshared(link.spanId()), repetition, present);
            traceState.write(shared.text(link.traceState()), repetition, present);
            attributes.write(shared.rowAttributes(link.attributes()), repetition);
            droppedAttributesCount.write(link.droppedAttributesCount(), repetition);
            flags.write(link.flags(), repetition);
        }
    }
}
