package io.icegate.wal.collect;

/**
 * What one round of a {@link WalCollector} removed.
 *
 * @param writers that left the registry
 * @param objects seals, objects behind seals, heartbeats without an entry, delete files of live reads, and batch indexes
 */
public record CollectResult(int writers, int objects)
{
    public boolean isEmpty()
    {
        return writers == 0 && objects == 0;
    }
}
