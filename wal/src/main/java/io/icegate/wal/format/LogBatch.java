package io.icegate.wal.format;

import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The log records of one request.
 */
public final class LogBatch
        implements RowBatch
{
    private final BatchId id;
    private final String tenant;
    private final List<LogRow> rows;
    private final long requestBytes;
    private final Times times;

    public LogBatch(BatchId id, String tenant, List<LogRow> rows, long requestBytes)
    {
        this(id, tenant, List.copyOf(rows), requestBytes, times(rows));
    }

    private LogBatch(BatchId id, String tenant, List<LogRow> rows, long requestBytes, Times times)
    {
        this.id = requireNonNull(id, "id is null");
        this.tenant = requireNonNull(tenant, "tenant is null");
        this.rows = rows;
        this.requestBytes = requestBytes;
        this.times = times;
    }

    private static Times times(List<LogRow> rows)
    {
        long min = Times.NONE.minMicros();
        long max = Times.NONE.maxMicros();
        long clamped = 0;
        boolean anyGiven = false;
        for (LogRow row : rows) {
            min = Math.min(min, row.timestampMicros());
            max = Math.max(max, row.timestampMicros());
            long nanos = row.timeUnixNano() != 0 ? row.timeUnixNano() : row.observedTimeUnixNano();
            if (nanos != 0) {
                anyGiven = true;
                if (row.timestampMicros() == row.ingestTimeMicros() && Long.divideUnsigned(nanos, 1000) != row.timestampMicros()) {
                    clamped++;
                }
            }
        }
        return new Times(min, max, clamped, anyGiven);
    }

    @Override
    public BatchId id()
    {
        return id;
    }

    @Override
    public LogBatch withId(BatchId newId)
    {
        return new LogBatch(newId, tenant, rows, requestBytes, times);
    }

    @Override
    public String tenant()
    {
        return tenant;
    }

    public List<LogRow> rows()
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
        return new LogColumnWriters(group);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof LogColumnWriters logs)) {
            throw new IllegalArgumentException("Cannot write logs: the columns are open for another kind of rows");
        }
        for (int i = from; i < to; i++) {
            logs.write(tenant, rows.get(i));
        }
    }
}
