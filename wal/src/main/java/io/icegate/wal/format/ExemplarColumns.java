package io.icegate.wal.format;

import io.icegate.schema.Exemplar;
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
            time.absent(0, empty);
            real.absent(0, empty);
            integer.absent(0, empty);
            traceId.absent(0, empty);
            spanId.absent(0, empty);
            attributes.absent(0, empty);
            return;
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
}
