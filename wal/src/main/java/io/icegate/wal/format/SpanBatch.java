package io.icegate.wal.format;

import io.icegate.schema.SpanRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The spans of one request.
 */
public final class SpanBatch
        implements RowBatch
{
    private final BatchId id;
    private final String tenant;
    private final List<SpanRow> rows;
    private final long requestBytes;
    private final Times times;

    public SpanBatch(BatchId id, String tenant, List<SpanRow> rows, long requestBytes)
    {
        this(id, tenant, List.copyOf(rows), requestBytes, times(rows));
    }

    private SpanBatch(BatchId id, String tenant, List<SpanRow> rows, long requestBytes, Times times)
    {
        this.id = requireNonNull(id, "id is null");
        this.tenant = requireNonNull(tenant, "tenant is null");
        this.rows = rows;
        this.requestBytes = requestBytes;
        this.times = times;
    }

    private static Times times(List<SpanRow> rows)
    {
        Times times = Times.NONE;
        for (SpanRow row : rows) {
            times = times.with(row.timestampMicros(), row.ingestTimeMicros(), row.startTimeUnixNano());
        }
        return times;
    }

    @Override
    public BatchId id()
    {
        return id;
    }

    @Override
    public SpanBatch withId(BatchId newId)
    {
        return new SpanBatch(newId, tenant, rows, requestBytes, times);
    }

    @Override
    public String tenant()
    {
        return tenant;
    }

    public List<SpanRow> rows()
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
        return new SpanColumnWriters(group);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof SpanColumnWriters spans)) {
            throw new IllegalArgumentException("Cannot write spans: the columns are open for another kind of rows");
        }
        for (SpanRow row : rows.subList(from, to)) {
            spans.write(tenant, row);
        }
    }
}
