package io.icegate.wal.format;

import io.icegate.schema.SpanRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The spans of one request.
 */
public final class SpanBatch
        extends BlockBatch<SpanBlock, SpanRow>
{
    public SpanBatch(BatchId id, String tenant, List<SpanRow> rows, long requestBytes)
    {
        this(id, tenant, new SpanBlock(new byte[0]), rows, IntStream.range(0, rows.size()).toArray(), requestBytes);
    }

    /**
     * @param block ended, and not changed from here on
     * @param otherPositions row of the batch that each of the others is, ascending; handed over
     */
    public SpanBatch(BatchId id, String tenant, SpanBlock block, List<SpanRow> others, int[] otherPositions, long requestBytes)
    {
        super(id, tenant, block, others, otherPositions, requestBytes, times(others));
    }

    private SpanBatch(BatchId id, long acceptedMillis, SpanBatch batch)
    {
        super(id, acceptedMillis, batch);
    }

    private static Times times(List<SpanRow> rows)
    {
        Times times = Times.NONE;
        for (SpanRow row : rows) {
            times = times.with(row.timestampMicros(), row.receivedMicros(), row.startTimeUnixNano());
        }
        return times;
    }

    @Override
    public SpanBatch admitted(BatchId newId, long newAcceptedMillis)
    {
        return new SpanBatch(newId, newAcceptedMillis, this);
    }

    /**
     * All rows as objects.
     */
    public List<SpanRow> rows()
    {
        return rows(block()::row);
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
    {
        return new SpanColumnWriters(group, ingestMicros);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof SpanColumnWriters spans)) {
            throw new IllegalArgumentException("Cannot write spans: the columns are open for another kind of rows");
        }
        write(from, to, (first, end) -> spans.write(tenant(), block(), first, end), row -> spans.write(tenant(), row));
    }
}
