package io.icegate.receiver.events;

import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;
import org.apache.parquet.io.api.Binary;

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
        tenant.write(Binary.fromString(tenantId));
        timestamp.write(row.timestampMicros());
        text.write(row.text().isEmpty() ? null : Binary.fromString(row.text()));
        group.endRow();
    }
}
