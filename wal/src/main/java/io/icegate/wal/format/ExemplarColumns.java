package io.icegate.wal.format;

import io.icegate.schema.Exemplar;
import io.icegate.schema.TraceContext;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

/**
 * The list of exemplars. Levels come from the table, where a statement such as CREATE TABLE AS SELECT makes the nested fields
 * optional.
 */
final class ExemplarColumns
{
    private final SharedBytes shared;
    private final NumberLeaf time;
    private final NumberLeaf real;
    private final NumberLeaf integer;
    private final BytesLeaf traceId;
    private final BytesLeaf spanId;
    private final AttributeColumns attributes;
    private final int empty;
    private final int present;

    ExemplarColumns(RowGroupWriter group, String name, SharedBytes shared)
    {
        this.shared = shared;
        String element = name + ".list.element";
        time = group.number(element + ".time_unix_nano");
        real = group.number(element + ".value_double");
        integer = group.number(element + ".value_int");
        traceId = group.bytes(element + ".trace_id");
        spanId = group.bytes(element + ".span_id");
        attributes = new AttributeColumns(group, element + ".filtered_attributes", element + ".attribute_types");
        empty = group.definition(name);
        present = group.definition(element);
    }

    void write(List<Exemplar> exemplars)
    {
        if (exemplars.isEmpty()) {
            writeEmpty(1);
        }
        for (int i = 0; i < exemplars.size(); i++) {
            Exemplar exemplar = exemplars.get(i);
            int repetition = i == 0 ? 0 : 1;
            time.write(exemplar.timeUnixNano(), repetition);
            PointValueColumns.write(exemplar.value(), real, integer, repetition, present);
            traceId.write(shared.unshared(exemplar.traceId()), repetition, present);
            spanId.write(shared.unshared(exemplar.spanId()), repetition, present);
            attributes.write(shared.rowAttributes(exemplar.filteredAttributes()), repetition);
        }
    }

    /**
     * Writes the exemplars of the rows {@code [from, to)} of a block.
     */
    void write(MetricBlock block, int from, int to)
    {
        int row = from;
        while (row < to) {
            int first = block.exemplars.start(row);
            int end = row + 1;
            while (end < to && block.exemplars.end(end - 1) == first && block.exemplars.end(end) == first) {
                end++;
            }
            if (block.exemplars.end(row) == first) {
                writeEmpty(end - row);
            }
            else {
                writeRow(block, first, block.exemplars.end(row));
            }
            row = end;
        }
    }

    private void writeRow(MetricBlock block, int from, int to)
    {
        ExemplarBlock exemplars = block.exemplars;
        for (int i = from; i < to; i++) {
            int repetition = i == from ? 0 : 1;
            time.write(exemplars.times[i], repetition);
            PointValueColumns.write(exemplars.kinds[i], exemplars.values[i], real, integer, repetition, present);
            block.writeId(traceId, exemplars.traceIds[i], TraceContext.TRACE_ID_BYTES, repetition, present);
            block.writeId(spanId, exemplars.spanIds[i], TraceContext.SPAN_ID_BYTES, repetition, present);
            attributes.write(block, exemplars.attributes, i, repetition, shared);
        }
    }

    private void writeEmpty(int rows)
    {
        time.absentRows(empty, rows);
        real.absentRows(empty, rows);
        integer.absentRows(empty, rows);
        traceId.absentRows(empty, rows);
        spanId.absentRows(empty, rows);
        attributes.absentRows(empty, rows);
    }
}
