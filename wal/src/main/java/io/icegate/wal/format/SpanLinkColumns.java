package io.icegate.wal.format;

import io.icegate.schema.SpanRow.Link;
import io.icegate.schema.TraceContext;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

/**
 * The list of spans that a span belongs together with. Levels come from the table, as in {@link SpanEventColumns}.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
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
            writeEmpty();
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

    /**
     * Writes the links {@code [from, to)} of a block, which are those of one row.
     */
    void write(SpanBlock block, int from, int to)
    {
        if (from == to) {
            writeEmpty();
        }
        SpanLinkBlock links = block.links;
        for (int i = from; i < to; i++) {
            int repetition = i == from ? 0 : 1;
            block.writeId(traceId, links.traceIds[i], TraceContext.TRACE_ID_BYTES, repetition, present);
            block.writeId(spanId, links.spanIds[i], TraceContext.SPAN_ID_BYTES, repetition, present);
            traceState.write(links.traceStates[i], repetition, present);
            attributes.write(block, links.attributes, i, repetition, shared);
            droppedAttributesCount.write(links.droppedAttributesCounts[i], repetition);
            flags.write(links.flags[i], repetition);
        }
    }

    private void writeEmpty()
    {
        traceId.absent(0, empty);
        spanId.absent(0, empty);
        traceState.absent(0, empty);
        attributes.absent(0, empty);
        droppedAttributesCount.absent(0, empty);
        flags.absent(0, empty);
    }
}
