package io.icegate.wal.format;

import io.icegate.schema.MetricRow;
import io.icegate.schema.MetricValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.parquet.RowGroupWriter;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The data points of one request.
 */
public final class MetricBatch
        extends BlockBatch<MetricBlock, MetricRow>
{
    public MetricBatch(BatchId id, String tenant, List<MetricRow> rows, long requestBytes)
    {
        this(id, tenant, new MetricBlock(new byte[0]), rows, IntStream.range(0, rows.size()).toArray(), requestBytes);
    }

    /**
     * @param block ended, and not changed from here on
     * @param otherPositions row of the batch that each of the others is, ascending; handed over
     */
    public MetricBatch(BatchId id, String tenant, MetricBlock block, List<MetricRow> others, int[] otherPositions, long requestBytes)
    {
        super(id, tenant, block, others, otherPositions, requestBytes, times(others));
    }

    private MetricBatch(BatchId id, long acceptedMillis, MetricBatch batch)
    {
        super(id, acceptedMillis, batch);
    }

    private static Times times(List<MetricRow> rows)
    {
        Times times = Times.NONE;
        for (MetricRow row : rows) {
            times = times.with(row.timestampMicros(), row.receivedMicros(), row.timeUnixNano() != 0 ? row.timeUnixNano() : row.startTimeUnixNano());
        }
        return times;
    }

    @Override
    public MetricBatch admitted(BatchId newId, long newAcceptedMillis)
    {
        return new MetricBatch(newId, newAcceptedMillis, this);
    }

    /**
     * All rows as objects. Those of one metric share it.
     */
    public List<MetricRow> rows()
    {
        return rows(new RowReader(block())::row);
    }

    /**
     * Reads rows of a block in order.
     */
    private static final class RowReader
    {
        private final MetricBlock block;
        private int metric = -1;
        private @Nullable MetricValues values;

        private RowReader(MetricBlock block)
        {
            this.block = block;
        }

        private MetricRow row(int row)
        {
            int wanted = block.metrics.of(row);
            MetricValues known = values;
            if (known == null || metric != wanted) {
                known = block.metrics.values(block, wanted);
                values = known;
                metric = wanted;
            }
            return block.row(row, known);
        }
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
    {
        return new MetricColumnWriters(group, ingestMicros);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        if (!(columns instanceof MetricColumnWriters metrics)) {
            throw new IllegalArgumentException("Cannot write metrics: the columns are open for another kind of rows");
        }
        write(from, to, (first, end) -> metrics.write(tenant(), block(), first, end), row -> metrics.write(tenant(), row));
    }
}
