package io.icegate.catalog.state;

import java.util.Comparator;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * Remembers the transaction ids of the idempotency window and the version of each. The timestamps of records decide what
 * leaves the window, so it depends on the log alone.
 */
public final class TransactionWindow
{
    private static final TransactionWindow EMPTY = new TransactionWindow(PersistentMap.empty(Comparator.<String>naturalOrder()), PersistentMap.empty(Comparator.<Long>naturalOrder()));

    private final PersistentMap<String, Long> versions;
    private final PersistentMap<Long, RecordIds> records;

    private TransactionWindow(PersistentMap<String, Long> versions, PersistentMap<Long, RecordIds> records)
    {
        this.versions = versions;
        this.records = records;
    }

    public static TransactionWindow empty()
    {
        return EMPTY;
    }

    /**
     * The version that the transaction became part of.
     */
    public Optional<Long> version(String id)
    {
        return versions.get(id);
    }

    /**
     * Records of the window in version order.
     */
    public PersistentMap<Long, RecordIds> records()
    {
        return records;
    }

    public TransactionWindow with(long version, long timestampMillis, List<String> ids)
    {
        PersistentMap<String, Long> next = versions;
        for (String id : ids) {
            next = next.with(id, version);
        }
        return new TransactionWindow(next, records.with(version, new RecordIds(timestampMillis, ids)));
    }

    /**
     * Without the records before the given time.
     */
    public TransactionWindow expired(long beforeMillis)
    {
        TransactionWindow window = this;
        while (!window.records.isEmpty()) {
            Entry<Long, RecordIds> oldest = window.records.first().orElseThrow();
            if (oldest.getValue().timestampMillis() >= beforeMillis) {
                break;
            }
            PersistentMap<String, Long> next = window.versions;
            for (String id : oldest.getValue().ids()) {
                if (next.get(id).equals(Optional.of(oldest.getKey()))) {
                    next = next.without(id);
                }
            }
            window = new TransactionWindow(next, window.records.without(oldest.getKey()));
        }
        return window;
    }

    public record RecordIds(long timestampMillis, List<String> ids)
    {
        public RecordIds
        {
            ids = List.copyOf(ids);
        }
    }
}
