package io.icegate.wal.format;

import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNull;

/**
 * The log records of one request: a block of those that came in the usual form, and objects for the others between them.
 */
public final class LogBatch
        implements RowBatch
{
    private final BatchId id;
    private final String tenant;
    private final LogBlock block;
    private final List<LogRow> others;
    private final int[] otherPositions;
    private final long requestBytes;
    private final Times times;

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
        this(id, tenant, block, List.copyOf(others), otherPositions, requestBytes, block.times().and(times(others)));
    }

    private LogBatch(BatchId id, String tenant, LogBlock block, List<LogRow> others, int[] otherPositions, long requestBytes, Times times)
    {
        this.id = requireNonNull(id, "id is null");
        this.tenant = requireNonNull(tenant, "tenant is null");
        this.block = requireNonNull(block, "block is null");
        this.others = others;
        this.otherPositions = otherPositions;
        this.requestBytes = requestBytes;
        this.times = times;
        if (others.size() != otherPositions.length) {
            throw new IllegalArgumentException("Cannot place %s rows at %s positions".formatted(others.size(), otherPositions.length));
        }
    }

    private static Times times(List<LogRow> rows)
    {
        Times times = Times.NONE;
        for (LogRow row : rows) {
            times = times.with(row.timestampMicros(), row.ingestTimeMicros(), row.timeUnixNano() != 0 ? row.timeUnixNano() : row.observedTimeUnixNano());
        }
        return times;
    }

    @Override
    public BatchId id()
    {
        return id;
    }

    @Override
    public LogBatch withId(BatchId newId)
    {
        return new LogBatch(newId, tenant, block, others, otherPositions, requestBytes, times);
    }

    @Override
    public String tenant()
    {
        return tenant;
    }

    /**
     * All rows as objects.
     */
    public List<LogRow> rows()
    {
        List<LogRow> rows = new ArrayList<>(rowCount());
        int other = 0;
        for (int i = 0; i < rowCount(); i++) {
            rows.add(other < otherPositions.length && otherPositions[other] == i ? others.get(other++) : block.row(i - other));
        }
        return rows;
    }

    @Override
    public int rowCount()
    {
        return block.rowCount() + others.size();
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
        int at = from;
        int other = Arrays.binarySearch(otherPositions, from);
        other = other < 0 ? ~other : other;
        while (at < to) {
            int next = other < otherPositions.length ? Math.min(otherPositions[other], to) : to;
            logs.write(tenant, block, at - other, next - other);
            at = next;
            if (at < to) {
                logs.write(tenant, others.get(other));
                other++;
                at++;
            }
        }
    }
}
