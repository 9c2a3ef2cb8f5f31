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
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

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
    /**
     * From the request, or a look at the slot, to the next look. A store that answers sooner is never looked at.
     */
    private static final Duration WATCH_PAUSE = Duration.ofMillis(2);

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
     * @param contention whether others commit as well, and how long to let them go first
     * @throws ObjectStoreAccessException when the store refused it, so that it is not in the log and never will be
     */
    Outcome write(Known from, CatalogRecord record, byte[] content, CatalogState after, Contention contention)
    {
        Moment began = environment.now();
        Slot slot = settle(record, content, began, contention);
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

    /**
     * @param turn how long to look at the slot before offering
     */
    record Contention(boolean isLikely, Duration turn)
    {
        static final Contention NONE = new Contention(false, Duration.ZERO);
    }

    private Slot settle(CatalogRecord record, byte[] content, Moment began, Contention contention)
    {
        Offer offer = new Offer(record, content, contention);
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
        private final Contention contention;
        private Moment asked = environment.now(); // start of the last request, or earlier
        private Optional<FetchedRecord> seen = Optional.empty(); // a foreign record that was there before our answer

        private Offer(CatalogRecord record, byte[] content, Contention contention)
        {
            this.record = record;
            this.content = content;
            this.contention = contention;
        }

        private PutOutcome send()
                throws InterruptedException
        {
            asked = environment.now();
            return contention.isLikely() ? sendAndWatch() : put();
        }

        private PutOutcome put()
        {
            return store.putIfAbsent(CatalogLayout.record(record.version()), content);
        }

        /**
         * Looks at the slot while the request is on its way, so that a loss is known, with what won, before the answer is back. A
         * foreign record decides whenever it is seen: slots never change. Our request may still arrive, as any may whose
         * answer is lost, and finds the slot taken.
         */
        private PutOutcome sendAndWatch()
                throws InterruptedException
        {
            AtomicBoolean abandoned = new AtomicBoolean();
            Future<PutOutcome> answer = store.aside(() -> {
                environment.sleep(contention.turn());
                return abandoned.get() ? PutOutcome.PRECONDITION_FAILED : put();
            });
            while (true) {
                Optional<PutOutcome> known = RecordStore.await(answer, WATCH_PAUSE);
                if (known.isPresent()) {
                    return known.orElseThrow();
                }
                Optional<FetchedRecord> there = look();
                if (there.isPresent()) {
                    if (there.orElseThrow().record().id().equals(record.id())) {
                        return RecordStore.await(answer);
                    }
                    abandoned.set(true);
                    seen = there;
                    return PutOutcome.PRECONDITION_FAILED;
                }
            }
        }

        private Optional<FetchedRecord> look()
        {
            try {
                return store.tryRecord(record.version());
            }
            catch (IOException e) {
                return Optional.empty(); // the answer to our request decides
            }
        }

        /**
         * Reads on after a refusal: a taken slot most likely holds a foreign record with others behind it.
         */
        private Optional<ReadAhead> readBack(PutOutcome answer)
                throws IOException
        {
            if (seen.isPresent()) {
                return Optional.of(new ReadAhead(List.of(seen.orElseThrow()), 1));
            }
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
