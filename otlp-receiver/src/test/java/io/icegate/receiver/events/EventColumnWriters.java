package io.icegate.receiver.events;

import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes events to the columns of one row group.
 */
final class EventColumnWriters
        implements ColumnWriters
{
    private final RowGroupWriter group;
    private final Leaf tenant;
    private final Leaf timestamp;
    private final Leaf text;

    EventColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        tenant = group.leaf("tenant_id");
        timestamp = group.leaf("timestamp");
        text = group.leaf("text");
    }

    void write(String tenantId, EventBatch.Row row)
    {
        tenant.writeBytes(tenantId.getBytes(UTF_8));
        timestamp.write(row.timestampMicros());
        text.writeBytes(row.text().isEmpty() ? null : row.text().getBytes(UTF_8));
        group.endRow();
    }
}
