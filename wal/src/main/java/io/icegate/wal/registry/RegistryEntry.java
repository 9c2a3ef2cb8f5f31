package io.icegate.wal.registry;

import io.icegate.wal.WriterId;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * What a writer publishes before its first segment, and never changes.
 *
 * @param started for humans; nothing orders by it
 * @param tables every table that the writer may ever write to
 */
public record RegistryEntry(WriterId writer, Instant started, String host, String build, Set<UUID> tables)
{
    public RegistryEntry
    {
        requireNonNull(writer, "writer is null");
        requireNonNull(started, "started is null");
        requireNonNull(host, "host is null");
        requireNonNull(build, "build is null");
        tables = Set.copyOf(tables);
    }
}
