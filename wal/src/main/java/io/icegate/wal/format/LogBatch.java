package io.icegate.wal.format;

import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The log records of one request.
 */
public final class LogBatch
        extends BlockBatch<LogBlock, LogRow>
{
    public LogBatch(BatchId id, String tenant, List<LogRow> rows, long requestBytes)
    {
        this(id, tenant, new LogBlock(new byte[0]), rows, IntStream.range(0, rows.size()).toArray(), requestBytes);
    }

    /**
     * @param block ended, and not changed from here on
     * @param otherPositions row of the batch that each of the others is, ascending; handed over
     */
    public LogBatch(BatchId id, String tenant, LogBlock block, List<LogRow> others, int[] otherPositions, long requestBytes)
    {
        super(id, tenant, block, others, otherPositions, requestBytes, times(others));
    }

    private LogBatch(BatchId id, long acceptedMillis, LogBatch batch)
    {
        super(id, acceptedMillis, batch);
    }

    private static Times times(List<LogRow> rows)
    {
        Times times = Times.NONE;
        for (LogRow row : rows) {
            times = times.with(row.timestampMicros(), row.receivedMicros(), row.timeUnixNano() != 0 ? row.timeUnixNano() : row.observedTimeUnixNano());
        }
        return times;
    }

    @Override
    public LogBatch admitted(BatchId newId, long newAcceptedMillis)
    {
        return new LogBatch(newId, newAcceptedMillis, this);
    }

    /**
     * All rows as objects.
     */
    public List<LogRow> rows()
    {
        return rows(block()::row);
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
    {
        return new LogColumnWriters(group, ingestMicros);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof LogColumnWriters logs)) {
            throw new IllegalArgumentException("Cannot write logs: the columns are open for another kind of rows");
        }
        write(from, to, (first, end) -> logs.write(tenant(), block(), first, end), row -> logs.write(tenant(), row));
    }
}
