package io.icegate.catalog.log;

import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject.Outcome;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * Deletes records behind the retention. A deleted record opens its number again, so a floor says first that numbers at or
 * below it may be empty or hold ghosts; see {@link CatalogTail} and {@link RecordWriter} for who looks at it.
 *
 * <p>The floor is the newest checkpoint that is older than the retention by the store's clock: all records up to it are older
 * still, and every state from it on can be replayed. Crashes in between leave records that the next collection finds.
 */
final class RecordCollector
{
    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final ClockCheck clockCheck;

    RecordCollector(RecordStore store, CatalogEnvironment environment, CatalogFormat format, ClockCheck clockCheck)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.clockCheck = clockCheck;
    }

    /**
     * Returns how many objects were deleted.
     */
    long collect()
    {
        store.compareClocks();
        clockCheck.verify();
        Instant before = environment.clock().instant().minus(format.retention()).minus(ClockComparison.OFF_MAX);
        List<ObjectHead> checkpoints = store.checkpoints();
        OptionalLong base = checkpoints.stream()
                .filter(head -> head.lastModified().isBefore(before))
                .mapToLong(head -> CatalogLayout.version(head.key()).orElseThrow())
                .max();
        if (base.isEmpty()) {
            return 0;
        }
        long floor = base.getAsLong();
        if (floor > store.newestFloor()) {
            raise(floor);
        }
        return deleteRecords(floor) + deleteOlder(checkpoints, floor) + deleteOlder(store.floors(), floor);
    }

    private void raise(long floor)
    {
        if (store.settle(CatalogLayout.floor(floor), new byte[0], _stored -> true).outcome() == Outcome.UNKNOWN) {
            throw new RuntimeIOException(new IOException("the store does not answer"), "Cannot collect catalog records up to %s", floor);
        }
    }

    private long deleteRecords(long floor)
    {
        long deleted = 0;
        while (true) {
            List<ObjectKey> old = store.firstRecords(ObjectStore.LIST_COUNT_MAX).stream()
                    .map(ObjectHead::key)
                    .filter(key -> CatalogLayout.version(key).orElse(Long.MAX_VALUE) <= floor)
                    .toList();
            if (old.isEmpty()) {
                return deleted;
            }
            store.delete(old);
            deleted += old.size();
        }
    }

    private long deleteOlder(List<ObjectHead> versioned, long floor)
    {
        List<ObjectKey> old = versioned.stream()
                .map(ObjectHead::key)
                .filter(key -> CatalogLayout.version(key).orElse(Long.MAX_VALUE) < floor)
                .toList();
        if (!old.isEmpty()) {
            store.delete(old);
        }
        return old.size();
    }
}
