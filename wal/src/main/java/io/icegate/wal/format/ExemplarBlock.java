package io.icegate.wal.format;

import io.icegate.schema.Exemplar;
import io.icegate.schema.TraceContext;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The exemplars of data points in columns.
 */
final class ExemplarBlock
        extends ListBlock
{
    long[] times = new long[ELEMENTS_INITIAL];
    NumberKind[] kinds = new NumberKind[ELEMENTS_INITIAL];
    long[] values = new long[ELEMENTS_INITIAL];
    int[] traceIds = new int[ELEMENTS_INITIAL];
    int[] spanIds = new int[ELEMENTS_INITIAL];

    @Override
    void grow(int size)
    {
        times = Arrays.copyOf(times, size);
        kinds = Arrays.copyOf(kinds, size);
        values = Arrays.copyOf(values, size);
        traceIds = Arrays.copyOf(traceIds, size);
        spanIds = Arrays.copyOf(spanIds, size);
    }

    @Override
    long textBytesOf(int element)
    {
        return 0;
    }

    List<Exemplar> row(RecordBlock block, int row)
    {
        List<Exemplar> exemplars = new ArrayList<>();
        for (int i = start(row); i < end(row); i++) {
            exemplars.add(new Exemplar(
                    times[i],
                    kinds[i].value(values[i]),
                    block.id(traceIds[i], TraceContext.TRACE_ID_BYTES),
                    block.id(spanIds[i], TraceContext.SPAN_ID_BYTES),
                    block.attributes(attributes, i)));
        }
        return exemplars;
    }
}
