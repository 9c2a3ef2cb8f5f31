package io.icegate.wal.format;

import io.icegate.schema.SpanRow.Event;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The events of spans in columns.
 */
@SuppressWarnings("NullAway") // does not see that array components are @Nullable
final class SpanEventBlock
        extends ListBlock
{
    long[] times = new long[ELEMENTS_INITIAL];
    @Nullable
    Binary[] names = new Binary[ELEMENTS_INITIAL];
    long[] droppedAttributesCounts = new long[ELEMENTS_INITIAL];

    @Override
    void grow(int size)
    {
        times = Arrays.copyOf(times, size);
        names = Arrays.copyOf(names, size);
        droppedAttributesCounts = Arrays.copyOf(droppedAttributesCounts, size);
    }

    @Override
    long textBytesOf(int element)
    {
        return RecordBlock.length(names[element]);
    }

    List<Event> row(RecordBlock block, int row)
    {
        List<Event> events = new ArrayList<>();
        for (int i = start(row); i < end(row); i++) {
            events.add(new Event(times[i], RecordBlock.text(names[i]), block.attributes(attributes, i), droppedAttributesCounts[i]));
        }
        return events;
    }
}
