package io.icegate.receiver.seam;

import io.icegate.schema.Column;
import io.icegate.schema.Column.Bounds;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.parquet.RowGroupWriter;
import org.apache.iceberg.types.Types;

import java.util.List;
import java.util.Map;

/**
 * The rows of a signal that exists in tests only, and the shape of its table.
 */
record TickBatch(BatchId id, String tenant, List<Tick> ticks, long requestBytes)
        implements RowBatch
{
    static final TableShape SHAPE = new TableShape(
            "ticks",
            List.of(
                    Column.required("tenant_id", Types.StringType.get(), "Tenant").withBounds(Bounds.FULL),
                    Column.required("timestamp", Types.TimestampType.withZone(), "Time").withBounds(Bounds.FULL).withEncoding(Column.Encoding.PLAIN),
                    Column.optional("name", Types.StringType.get(), "Name")),
            List.of(new TableShape.Partition("tenant_id", "identity"), new TableShape.Partition("timestamp", "day")),
            List.of("name"),
            Map.of());

    record Tick(long micros, String name) {}

    TickBatch
    {
        ticks = List.copyOf(ticks);
    }

    @Override
    public RowBatch withId(BatchId newId)
    {
        return new TickBatch(newId, tenant, ticks, requestBytes);
    }

    @Override
    public int rowCount()
    {
        return ticks.size();
    }

    @Override
    public Times times()
    {
        return ticks.stream().map(tick -> new Times(tick.micros(), tick.micros(), 0, true)).reduce(Times.NONE, Times::and);
    }

    @Override
    public ColumnWriters openColumns(RowGroupWriter group)
    {
        return new TickColumnWriters(group);
    }

    @Override
    public void writeTo(ColumnWriters columns, int from, int to)
    {
        for (Tick tick : ticks.subList(from, to)) {
            ((TickColumnWriters) columns).write(tenant, tick);
        }
    }
}
