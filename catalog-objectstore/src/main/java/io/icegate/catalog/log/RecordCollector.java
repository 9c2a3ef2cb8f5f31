package io.icegate.catalog.log;

import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.Folders;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject.Outcome;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Deletes records behind the retention. A deleted record opens its number again, so a floor says first that numbers at or
 * below it may be empty or hold ghosts; see {@link CatalogTail} and {@link RecordWriter} for who looks at it.
 *
 * <p>The floor is the newest checkpoint that is older than the retention by the store's clock: all records up to it are older
 * still, and every state from it on can be replayed. Crashes in between leave records that the next collection finds.
 *
 * <p>A metadata file that a record replaced goes with the record: no state that can still be asked for names it. Until then it
 * stays, so that time travel finds the tables of a state and not only their names. Files of dropped tables are not touched:
 * they may be registered again.
 */
final class RecordCollector
{
    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final ClockCheck clockCheck;
    private final CatalogTail tail;

    RecordCollector(RecordStore store, CatalogEnvironment environment, CatalogFormat format, ClockCheck clockCheck, CatalogTail tail)
    {
        this.tail = tail;
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.clockCheck = clockCheck;
    }

    /**
     * Returns how many objects of the log were deleted.
     *
     * @param unnamed deletes metadata files that no state names any more, or throws: then their records stay
     */
    long collect(Consumer<Set<String>> unnamed)
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
        return deleteRecords(floor, unnamed) + deleteOlder(checkpoints, floor) + deleteOlder(store.floors(), floor);
    }

    private void raise(long floor)
    {
        if (store.settle(CatalogLayout.floor(floor), new byte[0], _stored -> true).outcome() == Outcome.UNKNOWN) {
            throw new RuntimeIOException(new IOException("the store does not answer"), "Cannot collect catalog records up to %s", floor);
        }
    }

    private long deleteRecords(long floor, Consumer<Set<String>> unnamed)
    {
        List<ObjectKey> old = oldRecords(floor);
        if (old.isEmpty()) {
            return 0;
        }
        Set<String> named = metadataLocations(tail.at(floor));
        named.addAll(metadataLocations(tail.refreshed(environment.now()).state()));
        long deleted = 0;
        while (!old.isEmpty()) {
            Set<String> replaced = replacedMetadata(old);
            replaced.removeAll(named);
            if (!replaced.isEmpty()) {
                unnamed.accept(replaced);
            }
            store.delete(old);
            deleted += old.size();
            old = oldRecords(floor);
        }
        return deleted;
    }

    private List<ObjectKey> oldRecords(long floor)
    {
        return store.firstRecords(ObjectStore.LIST_COUNT_MAX).stream()
                .map(ObjectHead::key)
                .filter(key -> CatalogLayout.version(key).orElse(Long.MAX_VALUE) <= floor)
                .toList();
    }

    private static Set<String> metadataLocations(CatalogState state)
    {
        Set<String> locations = new HashSet<>();
        state.objects().forEach(namespace -> namespace.getValue().forEach(object -> locations.add(object.getValue().metadataLocation())));
        return locations;
    }

    /**
     * Metadata that a table or view had before it moved on, in folders of its own. One that was dropped has no folders.
     */
    private Set<String> replacedMetadata(List<ObjectKey> records)
    {
        List<Long> versions = records.stream().map(key -> CatalogLayout.version(key).orElseThrow()).toList();
        Set<String> replaced = new HashSet<>();
        for (FetchedRecord fetched : store.present(versions)) {
            fetched.record().transactions().stream()
                    .flatMap(transaction -> transaction.changes().stream())
                    .filter(ObjectChange.class::isInstance)
                    .map(ObjectChange.class::cast)
                    .forEach(change -> change.before().filter(Folders.of(change.folders())::covers).ifPresent(replaced::add));
        }
        return replaced;
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
