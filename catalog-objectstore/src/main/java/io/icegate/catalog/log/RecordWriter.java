package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.log.CatalogTail.Known;
import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.PutOutcome;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Offers one record to one slot of the log and finds out whether it won.
 *
 * <p>A slot is an {@link OwnedObject}: it is created with put-if-absent and never changes, and every record carries an id of
 * its own. If the slot holds our id, the record is committed. If it holds another, the record lost, and the records behind
 * it tell the new state. If the store cannot be asked for 30 s, the outcome stays unknown.
 *
 * <p>Collection is the one thing that could make a slot lie, because an emptied slot can be created again. Only a writer
 * that last saw the tail longer than a fence ago can meet that. Such a writer reads the floors before it believes a slot.
 */
final class RecordWriter
{
    static final Duration SETTLE_MAX = Duration.ofSeconds(30);

    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final CatalogTail tail;

    RecordWriter(RecordStore store, CatalogEnvironment environment, CatalogFormat format, CatalogTail tail)
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
     * @throws ObjectStoreAccessException when the store refused it, so that it is not in the log and never will be
     */
    Outcome write(Known from, CatalogRecord record, byte[] content, CatalogState after)
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

    private Slot settle(CatalogRecord record, byte[] content, Moment began)
    {
        Offer offer = new Offer(record, content);
        Settled<ReadAhead> settled = OwnedObject.settle(
                offer::send,
                offer::readBack,
                found -> found.records.get(0).record().id().equals(record.id()),
                environment.retryPolicy().withTimeMax(SETTLE_MAX));
        return switch (settled.outcome()) {
            // read back, any earlier attempt may have won the slot
            case OURS -> new Slot(Outcome.COMMITTED, settled.stored().isPresent() ? began : offer.asked, List.of(), 0);
            case FOREIGN -> new Slot(Outcome.LOST, offer.asked, settled.stored().orElseThrow().records, settled.stored().orElseThrow().countMax);
            case UNKNOWN -> new Slot(Outcome.UNKNOWN, began, List.of(), 0);
        };
    }

    /**
     * Sends the requests for one slot.
     */
    private final class Offer
    {
        private final CatalogRecord record;
        private final byte[] content;
        private Moment asked = environment.now(); // start of the last request

        private Offer(CatalogRecord record, byte[] content)
        {
            this.record = record;
            this.content = content;
        }

        private PutOutcome send()
        {
            asked = environment.now();
            return store.putIfAbsent(CatalogLayout.record(record.version()), content);
        }

        /**
         * Reads on after a refusal: a taken slot most likely holds a foreign record with others behind it.
         */
        private Optional<ReadAhead> readBack(PutOutcome answer)
                throws IOException
        {
            asked = environment.now();
            int countMax = answer == PutOutcome.PRECONDITION_FAILED ? CatalogTail.CATCH_UP_COUNT : 1;
            List<FetchedRecord> found = countMax == 1
                    ? store.tryRecord(record.version()).map(List::of).orElse(List.of())
                    : store.records(record.version(), countMax);
            return found.isEmpty() ? Optional.empty() : Optional.of(new ReadAhead(found, countMax));
        }
    }

    /**
     * What stands in the slot and behind it.
     *
     * @param countMax how many were asked for
     */
    private record ReadAhead(List<FetchedRecord> records, int countMax) {}

    /**
     * Judges a slot when the tail was last seen too long ago. Above the newest floor nothing was ever deleted, so the content
     * of the slot decides. At or below the floor, and soon after the request began, the slot had been emptied before. What it
     * holds is a ghost that no reader counts. Later than that, our record may have been committed and collected.
     */
    private Outcome fenced(CatalogRecord record, Slot slot, Moment began, CatalogState after, int size)
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
                return Outcome.LOST; // the ghost stays until the next sweep; readers ignore what is at or below a floor
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
