package io.icegate.receiver.events;

import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.parquet.BytesLeaf;
import io.icegate.wal.parquet.NumberLeaf;
import io.icegate.wal.parquet.RowGroupWriter;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes events to the columns of one row group.
 */
final class EventColumnWriters
        implements ColumnWriters
{
    private final RowGroupWriter group;
    private final BytesLeaf tenant;
    private final NumberLeaf timestamp;
    private final BytesLeaf text;

    EventColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        tenant = group.bytes("tenant_id");
        timestamp = group.number("timestamp");
        text = group.bytes("text");
    }

    void write(String tenantId, EventBatch.Row row)
    {
        tenant.writeBytes(tenantId.getBytes(UTF_8));
        timestamp.write(row.timestampMicros());
        text.writeBytes(row.text().isEmpty() ? null : row.text().getBytes(UTF_8));
        group.endRow();
    }
}
