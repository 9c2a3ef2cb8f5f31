package io.icegate.receiver.events;

import io.icegate.wal.BatchId;
import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.parquet.RowGroupWriter;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The events of one request.
 */
record EventBatch(BatchId id, long acceptedMillis, String tenant, List<Row> rows, long requestBytes)
        implements RowBatch
{
    record Row(long timestampMicros, boolean timeGiven, String text) {}

    EventBatch
    {
        requireNonNull(id, "id is null");
        requireNonNull(tenant, "tenant is null");
        rows = List.copyOf(rows);
    }

    @Override
    public RowBatch admitted(BatchId newId, long newAcceptedMillis)
    {
        return new EventBatch(newId, newAcceptedMillis, tenant, rows, requestBytes);
    }

    @Override
    public int rowCount()
    {
        return rows.size();
    }

    @Override
    public Times times()
    {
        Times times = Times.NONE;
        for (Row row : rows) {
            times = times.and(new Times(row.timestampMicros(), row.timestampMicros(), 0, row.timeGiven()));
        }
        return times;
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group, long ingestMicros)
    {
        return new EventColumnWriters(group);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        for (Row row : rows.subList(from, to)) {
            ((EventColumnWriters) columns).write(tenant, row);
        }
    }
}
