package io.icegate.catalog;

import io.icegate.catalog.LogEnvironment.Moment;
import io.icegate.catalog.LogStore.FetchedRecord;
import io.icegate.catalog.LogTail.Known;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStoreAccessException;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Offers one record to one slot of the log and finds out what became of it.
 *
 * <p>The slot is created with put-if-absent and never changes, and every attempt to write carries an id of its own: so
 * whatever the store answered, reading the slot decides. Ours: committed. Foreign: lost, and the records behind it tell
 * the new state. Absent: the request has not landed, or not yet; the same bytes go to the same slot again, which cannot
 * commit them twice. Only when the store cannot be asked for 30 s the outcome stays unknown.
 *
 * <p>The one thing that could make a slot lie is collection: a slot that was emptied can be created again. It needs a
 * writer that last saw the tail longer than a fence ago; such a writer asks for the floors before it believes anything.
 */
final class RecordWriter
{
    static final Duration SETTLE_MAX = Duration.ofSeconds(30);

    private final LogStore store;
    private final LogEnvironment environment;
    private final CatalogFormat format;
    private final LogTail tail;

    RecordWriter(LogStore store, LogEnvironment environment, CatalogFormat format, LogTail tail)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.tail = tail;
    }

    enum Outcome
    {
        COMMITTED,
        /**
         * The record is not in the log and never will be.
         */
        LOST,
        UNKNOWN,
    }

    /**
     * @param from the state that the record follows
     * @param after the state with the record
     * @throws ObjectStoreAccessException when the store refused it: it is not in the log and never will be
     */
    Outcome write(Known from, LogRecord record, byte[] content, CatalogState after)
    {
        Moment began = environment.now();
        Slot slot = settle(record, content, began);
        if (slot.outcome != Outcome.UNKNOWN && tail.isStale(from)) {
            return fenced(record, slot, began, after, content.length);
        }
        if (slot.outcome == Outcome.COMMITTED) {
            tail.won(after, content.length, slot.asked);
        }
        if (slot.outcome == Outcome.LOST) {
            tail.caughtUp(from, slot.records, slot.records.size() < slot.countMax ? Optional.of(slot.asked) : Optional.empty());
        }
        return slot.outcome;
    }

    private Slot settle(LogRecord record, byte[] content, Moment began)
    {
        ObjectKey key = CatalogLayout.record(record.version());
        Duration backoff = LogStore.shortestBackoff();
        for (int attempt = 1; ; attempt++) {
            Moment asked = environment.now();
            Optional<Slot> slot;
            try {
                slot = switch (store.putIfAbsent(key, content)) {
                    case WRITTEN -> Optional.of(new Slot(Outcome.COMMITTED, asked, List.of(), 0));
                    case PRECONDITION_FAILED -> readBack(record, began, LogTail.CATCH_UP_COUNT);
                    case UNKNOWN -> readBack(record, began, 1);
                };
            }
            catch (ObjectStoreAccessException e) {
                if (attempt == 1) {
                    throw e; // refused, and nothing of this record is on its way
                }
                slot = Optional.empty();
            }
            if (slot.isPresent()) {
                return slot.orElseThrow();
            }
            if (environment.since(began).compareTo(SETTLE_MAX) > 0) {
                return new Slot(Outcome.UNKNOWN, began, List.of(), 0);
            }
            environment.sleep(backoff);
            backoff = LogStore.longer(backoff);
        }
    }

    private Optional<Slot> readBack(LogRecord record, Moment began, int countMax)
    {
        Moment asked = environment.now();
        List<FetchedRecord> found;
        try {
            found = countMax == 1
                    ? store.tryRecord(record.version()).map(List::of).orElse(List.of())
                    : store.records(record.version(), countMax);
        }
        catch (IOException | RuntimeIOException | ObjectStoreAccessException e) {
            return Optional.empty(); // still unknown: the caller goes on until its deadline
        }
        if (found.isEmpty()) {
            return Optional.empty();
        }
        return found.get(0).record().id().equals(record.id())
                ? Optional.of(new Slot(Outcome.COMMITTED, began, List.of(), 0))
                : Optional.of(new Slot(Outcome.LOST, asked, found, countMax));
    }

    /**
     * The tail was last seen too long ago to believe the slot. Above the newest floor nothing was ever deleted, so its
     * content decides after all. At or below it, and soon after the request began, the slot had been emptied before:
     * what stands there is a ghost that no reader counts. Later, our record may have been committed and collected.
     */
    private Outcome fenced(LogRecord record, Slot slot, Moment began, CatalogState after, int size)
    {
        long floor;
        try {
            floor = store.newestFloor();
        }
        catch (RuntimeIOException e) {
            return Outcome.UNKNOWN;
        }
        if (record.version() > floor) {
            if (slot.outcome == Outcome.COMMITTED) {
                tail.won(after, size, slot.asked);
            }
            return slot.outcome; // after a loss the stale state makes the next round start cold
        }
        if (environment.since(began).compareTo(format.retention().dividedBy(2)) >= 0) {
            return Outcome.UNKNOWN;
        }
        if (slot.outcome == Outcome.COMMITTED) {
            try {
                store.delete(List.of(CatalogLayout.record(record.version())));
            }
            catch (RuntimeIOException e) {
                return Outcome.LOST; // the ghost stays until the next sweep; nobody reads at or below a floor
            }
        }
        return Outcome.LOST;
    }

    /**
     * @param asked start of the request that showed the outcome
     * @param records what stands in the slot and behind it when it was lost
     * @param countMax how many were asked for
     */
    private record Slot(Outcome outcome, Moment asked, List<FetchedRecord> records, int countMax) {}
}
