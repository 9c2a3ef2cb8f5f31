package io.icegate.receiver.seam;

import io.icegate.wal.format.ColumnWriters;
import io.icegate.wal.parquet.RowGroupWriter;
import io.icegate.wal.parquet.RowGroupWriter.Leaf;

import static java.nio.charset.StandardCharsets.UTF_8;

final class TickColumnWriters
        implements ColumnWriters
{
    private final RowGroupWriter group;
    private final Leaf tenant;
    private final Leaf timestamp;
    private final Leaf name;

    TickColumnWriters(RowGroupWriter group)
    {
        this.group = group;
        this.tenant = group.leaf("tenant_id");
        this.timestamp = group.leaf("timestamp");
        this.name = group.leaf("name");
    }

    void write(String tenantId, TickBatch.Tick tick)
    {
        tenant.writeBytes(tenantId.getBytes(UTF_8));
        timestamp.write(tick.micros());
        name.writeBytes(tick.name().isEmpty() ? null : tick.name().getBytes(UTF_8));
        group.endRow();
    }
}
