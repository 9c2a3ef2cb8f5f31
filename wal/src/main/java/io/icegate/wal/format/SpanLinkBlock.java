package io.icegate.wal.format;

import io.icegate.schema.SpanRow.Link;
import io.icegate.schema.TraceContext;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The links of spans in columns.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
final class SpanLinkBlock
        extends ListBlock
{
    int[] traceIds = new int[ELEMENTS_INITIAL];
    int[] spanIds = new int[ELEMENTS_INITIAL];
    @Nullable
    Binary[] traceStates = new Binary[ELEMENTS_INITIAL];
    long[] droppedAttributesCounts = new long[ELEMENTS_INITIAL];
    long[] flags = new long[ELEMENTS_INITIAL];

    @Override
    void grow(int size)
    {
        traceIds = Arrays.copyOf(traceIds, size);
        spanIds = Arrays.copyOf(spanIds, size);
        traceStates = Arrays.copyOf(traceStates, size);
        droppedAttributesCounts = Arrays.copyOf(droppedAttributesCounts, size);
        flags = Arrays.copyOf(flags, size);
    }

    @Override
    long textBytesOf(int element)
    {
        return RecordBlock.length(traceStates[element]);
    }

    List<Link> row(RecordBlock block, int row)
    {
        List<Link> links = new ArrayList<>();
        for (int i = start(row); i < end(row); i++) {
            links.add(new Link(
                    block.id(traceIds[i], TraceContext.TRACE_ID_BYTES),
                    block.id(spanIds[i], TraceContext.SPAN_ID_BYTES),
                    RecordBlock.text(traceStates[i]),
                    block.attributes(attributes, i),
                    droppedAttributesCounts[i],
                    flags[i]));
        }
        return links;
    }
}
