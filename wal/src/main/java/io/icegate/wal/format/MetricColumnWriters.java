package io.icegate.wal.format;

import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.wal.parquet.BooleanLeaf;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Writes data points to the columns of one row group.
 */
final class MetricColumnWriters
        implements ColumnWriters
{
    private final RowGroupWriter group;
    private final SharedBytes shared = new SharedBytes();
    private final CommonColumnWriters common;

    private final BytesLeaf name;
    private final BytesLeaf description;
    private final BytesLeaf unit;
    private final BytesLeaf type;
    private final AttributeColumns metadata;
    private final NumberLeaf aggregationTemporality;
    private final BooleanLeaf isMonotonic;
    private final NumberLeaf startTime;
    private final NumberLeaf time;
    private final NumberLeaf flags;
    private final PointValueColumns value;
    private final ExemplarColumns exemplars;

    private @Nullable MetricValues lastMetric;
    private @Nullable Encoded last;

    private record Encoded(
            @Nullable Binary name,
            @Nullable Binary description,
            @Nullable Binary unit,
            @Nullable Binary type,
            AttributeColumns.Encoded metadata) {}

    MetricColumnWriters(RowGroupWriter group, long ingestMicros)
    {
        this.group = group;
        common = new CommonColumnWriters(group, shared, ingestMicros);
        name = group.bytes("metric_name");
        description = group.bytes("description");
        unit = group.bytes("unit");
        type = group.bytes("metric_type");
        metadata = new AttributeColumns(group, "metadata", "metadata_types");
        aggregationTemporality = group.number("aggregation_temporality");
        isMonotonic = group.booleans("is_monotonic");
        startTime = group.number("start_time_unix_nano");
        time = group.number("time_unix_nano");
        flags = group.number("flags");
        value = new PointValueColumns(group);
        exemplars = new ExemplarColumns(group, "exemplars", shared);
    }

    void write(String tenant, MetricRow row)
    {
        common.writeTimes(tenant, row.timestampMicros());
        common.writeOrigin(row.resource(), row.scope());
        common.writeRecord(row.attributes(), row.residual());
        writeMetric(row.metric());
        startTime.write(row.startTimeUnixNano());
        time.write(row.timeUnixNano());
        flags.write(row.flags());
        value.write(row.value());
        exemplars.write(row.exemplars());
        group.endRow();
    }

    void write(String tenant, MetricBlock block, int from, int to)
    {
        common.write(tenant, block, from, to, (first, end) -> writeColumns(block, first, end));
    }

    private void writeColumns(MetricBlock block, int from, int to)
    {
        int at = from;
        for (int metric = block.metrics.of(from); at < to; metric++) {
            int end = Math.min(to, block.metrics.end(metric, block.rowCount()));
            if (end > at) {
                repeatMetric(block, metric, end - at);
                value.write(block, block.metrics.type(metric), at, end);
                at = end;
            }
        }
        startTime.write(block.startTimes, from, to);
        time.write(block.times, from, to);
        flags.write(block.flags, from, to);
        exemplars.write(block, from, to);
    }

    private void repeatMetric(MetricBlock block, int metric, int rows)
    {
        MetricHeaderBlock metrics = block.metrics;
        name.repeat(metrics.name(metric), rows);
        description.repeat(metrics.description(metric), rows);
        unit.repeat(metrics.unit(metric), rows);
        type.repeat(shared.text(metrics.type(metric).text()), rows);
        metadata.repeat(block, metrics.metadata(), metric, rows, shared);
        if (metrics.type(metric).hasTemporality()) {
            aggregationTemporality.repeat(metrics.temporality(metric), rows);
        }
        else {
            aggregationTemporality.absentRows(rows);
        }
        if (metrics.type(metric) == MetricValues.Type.SUM) {
            isMonotonic.repeat(metrics.isMonotonic(metric), rows);
        }
        else {
            isMonotonic.absentRows(rows);
        }
    }

    private void writeMetric(MetricValues metric)
    {
        Encoded encoded = encoded(metric);
        name.write(encoded.name());
        description.write(encoded.description());
        unit.write(encoded.unit());
        type.write(encoded.type());
        metadata.write(encoded.metadata());
        Integer temporality = metric.aggregationTemporality();
        if (temporality == null) {
            aggregationTemporality.absentRows(1);
        }
        else {
            aggregationTemporality.write(temporality);
        }
        Boolean monotonic = metric.isMonotonic();
        if (monotonic == null) {
            isMonotonic.absentRows(1);
        }
        else {
            isMonotonic.write(monotonic, 0);
        }
    }

    @SuppressWarnings("ReferenceEquality") // shared by identity
    private Encoded encoded(MetricValues metric)
    {
        Encoded encoded = last;
        if (encoded == null || lastMetric != metric) {
            encoded = new Encoded(
                    shared.text(metric.name()),
                    shared.text(metric.description()),
                    shared.text(metric.unit()),
                    shared.text(metric.type().text()),
                    shared.sharedAttributes(metric.metadata()));
            lastMetric = metric;
            last = encoded;
        }
        return encoded;
    }
}
