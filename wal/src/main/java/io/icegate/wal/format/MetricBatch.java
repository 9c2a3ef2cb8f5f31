package io.icegate.wal.format;

import io.icegate.schema.MetricRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The data points of one request.
 */
public final class MetricBatch
        implements RowBatch
{
    private final BatchId id;
    private final String tenant;
    private final List<MetricRow> rows;
    private final long requestBytes;
    private final Times times;

    public MetricBatch(BatchId id, String tenant, List<MetricRow> rows, long requestBytes)
    {
        this(id, tenant, List.copyOf(rows), requestBytes, times(rows));
    }

    private MetricBatch(BatchId id, String tenant, List<MetricRow> rows, long requestBytes, Times times)
    {
        this.id = requireNonNull(id, "id is null");
        this.tenant = requireNonNull(tenant, "tenant is null");
        this.rows = requireNonNull(rows, "rows is null");
        this.requestBytes = requestBytes;
        this.times = requireNonNull(times, "times is null");
    }

    private static Times times(List<MetricRow> rows)
    {
        Times times = Times.NONE;
        for (MetricRow row : rows) {
            times = times.with(row.timestampMicros(), row.ingestTimeMicros(), row.timeUnixNano() != 0 ? row.timeUnixNano() : row.startTimeUnixNano());
        }
        return times;
    }

    @Override
    public BatchId id()
    {
        return id;
    }

    @Override
    public MetricBatch withId(BatchId newId)
    {
        return new MetricBatch(newId, tenant, rows, requestBytes, times);
    }

    @Override
    public String tenant()
    {
        return tenant;
    }

    public List<MetricRow> rows()
    {
        return rows;
    }

    @Override
    public int rowCount()
    {
        return rows.size();
    }

    @Override
    public long requestBytes()
    {
        return requestBytes;
    }

    @Override
    public Times times()
    {
        return times;
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group)
    {
        return new MetricColumnWriters(group);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof MetricColumnWriters metrics)) {
            throw new IllegalArgumentException("Cannot write metrics: the columns are open for another kind of rows");
        }
        for (MetricRow row : rows.subList(from, to)) {
            metrics.write(tenant, row);
        }
    }
}
