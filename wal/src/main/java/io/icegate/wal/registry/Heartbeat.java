package io.icegate.wal.registry;

import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What a writer says while it lives.
 *
 * @param lowMicros by table: all rows of this writer with an earlier {@code ingest_time} are durable, and none will follow
 */
public record Heartbeat(Map<UUID, Long> lowMicros)
{
    public Heartbeat
    {
        lowMicros = Map.copyOf(lowMicros);
    }

    public OptionalLong lowMicros(UUID table)
    {
        Long low = lowMicros.get(table);
        return low == null ? OptionalLong.empty() : OptionalLong.of(low);
    }
}
