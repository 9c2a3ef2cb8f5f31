package io.icegate.catalog.log;

import io.icegate.catalog.log.CatalogEnvironment.Moment;
import io.icegate.catalog.log.CatalogTail.Known;
import io.icegate.catalog.log.RecordStore.FetchedRecord;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.PutOutcome;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

/**
 * Offers records to slots of the log and finds out which of them won.
 *
 * <p>A slot is an {@link OwnedObject}: it is created with put-if-absent and never changes, and every record carries an id of
 * its own. If the slot holds our id, the record is in the log. If it holds another, the record lost, and the records behind
 * it tell the new state. If the store cannot be asked for 30 s, the outcome stays unknown.
 *
 * <p>A record that was offered ahead counts once every slot before it holds a record. What these are decides which of its
 * transactions take effect. A slot before it that nobody fills is filled with a record that does nothing.
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
    /**
     * So many were asked for that none was surely absent.
     */
    private static final int NOTHING_ABSENT = 0;

    private final RecordStore store;
    private final CatalogEnvironment environment;
    private final CatalogFormat format;
    private final CatalogWriter writer;
    private final CatalogTail tail;

    RecordWriter(RecordStore store, CatalogEnvironment environment, CatalogFormat format, CatalogWriter writer, CatalogTail tail)
    {
        this.store = store;
        this.environment = environment;
        this.format = format;
        this.writer = writer;
        this.tail = tail;
    }

    enum Outcome
    {
        /**
         * The record is in the log.
         */
        COMMITTED,
        /**
         * The record is not in the log and never will be.
         */
        LOST,
        UNKNOWN,
    }

    /**
     * @param turn how long to look at the slot before offering
     * @param lookBehind how many slots behind it to look at as well: who loses again and again is further back than one record
     */
    record Contention(boolean isLikely, Duration turn, int lookBehind)
    {
        static final Contention NONE = new Contention(false, Duration.ZERO, 0);
    }

    /**
     * A record for one slot.
     *
     * @param from the state that it was made on; {@code ahead} slots are between
     * @param contention whether others commit as well, and how long to let them go first
     */
    record Offer(Known from, CatalogRecord record, byte[] content, Contention contention)
    {
        /**
         * The first slot that its writer did not know.
         */
        private long firstUnknown()
        {
            return record.version() - record.ahead();
        }
    }

    /**
     * What is known of a record once the state before it is.
     *
     * @param after the state right after the record, if it is in the log
     * @param failure what kept the outcome unknown, where something did
     */
    record Decision(Outcome outcome, Optional<CatalogState> after, Optional<Throwable> failure)
    {
        static Decision unknown(Throwable failure)
        {
            return new Decision(Outcome.UNKNOWN, Optional.empty(), Optional.of(failure));
        }

        private static Decision committed(Optional<CatalogState> after)
        {
            return new Decision(Outcome.COMMITTED, after, Optional.empty());
        }

        private static Decision of(Outcome outcome)
        {
            return new Decision(outcome, Optional.empty(), Optional.empty());
        }
    }

    /**
     * What the slot of an offer holds.
     *
     * @param began when the first request was sent, or earlier
     * @param asked start of the request that showed the outcome
     * @param found what was read of the slots from the first unknown one on, when it was lost
     * @param countMax how many were asked for
     */
    record Slot(Outcome outcome, Moment began, Moment asked, List<FetchedRecord> found, int countMax) {}

    /**
     * Puts the record into its slot, or finds who did. Several offers may be placed at the same time.
     *
     * @throws ObjectStoreAccessException when the store refused it, so that it is not in the log and never will be
     */
    Slot place(Offer offer)
    {
        Moment began = environment.now();
        Placing placing = new Placing(offer);
        Settled<ReadAhead> settled = OwnedObject.settle(
                placing::send,
                placing::readBack,
                found -> found.in(offer.record.version()).filter(there -> there.record().id().equals(offer.record.id())).isPresent(),
                environment.retryPolicy().withTimeMax(SETTLE_MAX));
        return switch (settled.outcome()) {
            // read back, any earlier attempt may have won the slot
            case OURS -> new Slot(Outcome.COMMITTED, began, settled.stored().isPresent() ? began : placing.asked, List.of(), 0);
            case FOREIGN -> new Slot(Outcome.LOST, began, placing.asked, settled.stored().orElseThrow().records, settled.stored().orElseThrow().countMax);
            case UNKNOWN -> new Slot(Outcome.UNKNOWN, began, began, List.of(), 0);
        };
    }

    /**
     * Says what became of a record that was placed. Offers are decided in the order of their slots, by one thread.
     */
    Decision decide(Offer offer, Slot slot)
    {
        if (slot.outcome == Outcome.UNKNOWN) {
            return Decision.of(Outcome.UNKNOWN);
        }
        if (tail.isStale(offer.from)) {
            Outcome outcome = fenced(offer.record, slot);
            return outcome == Outcome.COMMITTED ? reached(offer, slot) : Decision.of(outcome); // after a loss the stale state makes the next round start cold
        }
        if (slot.outcome == Outcome.COMMITTED) {
            return reached(offer, slot);
        }
        List<FetchedRecord> following = followUp(offer.firstUnknown(), slot.found);
        tail.caughtUp(offer.from, following, following.size() < slot.countMax ? Optional.of(slot.asked) : Optional.empty());
        return Decision.of(Outcome.LOST);
    }

    private static List<FetchedRecord> followUp(long first, List<FetchedRecord> found)
    {
        List<FetchedRecord> following = new ArrayList<>();
        for (FetchedRecord fetched : found) {
            if (fetched.record().version() == first + following.size()) {
                following.add(fetched);
            }
        }
        return following;
    }

    /**
     * Takes over a record of ours that is in its slot, as soon as all slots before it hold one.
     */
    private Decision reached(Offer offer, Slot slot)
    {
        long version = offer.record.version();
        Moment began = environment.now();
        Known newest = tail.newest(offer.from);
        while (true) {
            long next = newest.state().version() + 1;
            if (next > version) {
                return offer.record.ahead() == 0 ? Decision.committed(tail.kept(version)) : at(version);
            }
            if (next == version) {
                CatalogState after = tail.after(newest.state(), offer.record);
                tail.won(after, offer.content.length, slot.asked);
                return Decision.committed(Optional.of(after));
            }
            if (environment.since(began).compareTo(SETTLE_MAX) > 0) {
                return Decision.of(Outcome.UNKNOWN);
            }
            try {
                newest = tail.refreshed(environment.now());
                if (newest.state().version() + 1 == next) {
                    fill(newest);
                    newest = tail.newest(newest);
                }
            }
            catch (ObjectStoreAccessException e) {
                return Decision.unknown(e);
            }
            catch (RuntimeIOException e) {
                // asked often enough, with pauses: again until the time is up
            }
        }
    }

    private Decision at(long version)
    {
        try {
            return Decision.committed(Optional.of(tail.at(version)));
        }
        catch (NotFoundException | RuntimeIOException e) {
            return Decision.unknown(e); // it stands there, but which of its transactions took effect cannot be told any more
        }
    }

    /**
     * Fills the next slot with nothing, or finds what another put there.
     */
    private void fill(Known from)
    {
        CatalogRecord nothing = nothing(from, 0);
        Offer offer = new Offer(from, nothing, CatalogRecordParser.toJson(nothing), Contention.NONE);
        decide(offer, place(offer));
    }

    /**
     * Shows others that somebody waits: they take turns with whom they see. Nothing depends on where it ends up.
     */
    void announce(Known from, int ahead)
    {
        CatalogRecord nothing = nothing(from, ahead);
        byte[] content = CatalogRecordParser.toJson(nothing);
        store.aside(() -> store.putIfAbsent(CatalogLayout.record(nothing.version()), content));
    }

    private CatalogRecord nothing(Known from, int ahead)
    {
        long timestampMillis = Math.max(from.state().timestampMillis() + 1, environment.clock().millis());
        return new CatalogRecord(from.state().version() + 1 + ahead, environment.newId(), writer, timestampMillis, ahead, List.of());
    }

    /**
     * Sends the requests for one slot.
     */
    private final class Placing
    {
        private final Offer offer;
        private Moment asked = environment.now(); // start of the last request, or earlier
        private Optional<ReadAhead> seen = Optional.empty(); // a foreign record that was there before our answer

        private Placing(Offer offer)
        {
            this.offer = offer;
        }

        private PutOutcome send()
                throws InterruptedException
        {
            asked = environment.now();
            return offer.contention.isLikely() ? sendAndWatch() : put();
        }

        private PutOutcome put()
        {
            return store.putIfAbsent(CatalogLayout.record(offer.record.version()), offer.content);
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
                environment.sleep(offer.contention.turn());
                return abandoned.get() ? PutOutcome.PRECONDITION_FAILED : put();
            });
            while (true) {
                Optional<PutOutcome> known = RecordStore.await(answer, WATCH_PAUSE);
                if (known.isPresent()) {
                    return known.orElseThrow();
                }
                ReadAhead there = look();
                Optional<FetchedRecord> inSlot = there.in(offer.record.version());
                if (inSlot.isPresent()) {
                    if (inSlot.orElseThrow().record().id().equals(offer.record.id())) {
                        return RecordStore.await(answer);
                    }
                    abandoned.set(true);
                    seen = Optional.of(there);
                    return PutOutcome.PRECONDITION_FAILED;
                }
            }
        }

        /**
         * Sees what is in the slot and around it, and takes over what follows the state that is known.
         */
        private ReadAhead look()
        {
            long slot = offer.record.version();
            List<Future<Optional<FetchedRecord>>> around = LongStream.rangeClosed(offer.firstUnknown(), slot + offer.contention.lookBehind())
                    .filter(version -> version != slot)
                    .mapToObj(version -> store.aside(() -> tryLook(version)))
                    .toList();
            List<FetchedRecord> found = new ArrayList<>();
            tryLook(slot).ifPresent(found::add);
            around.forEach(looking -> RecordStore.await(looking).ifPresent(found::add));
            found.sort(Comparator.comparingLong(fetched -> fetched.record().version()));
            List<FetchedRecord> following = followUp(offer.firstUnknown(), found);
            if (!following.isEmpty() && !tail.isStale(offer.from)) {
                tail.caughtUp(offer.from, following, Optional.empty());
            }
            return new ReadAhead(found, NOTHING_ABSENT);
        }

        private Optional<FetchedRecord> tryLook(long version)
        {
            try {
                return store.tryRecord(version);
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
                return seen;
            }
            asked = environment.now();
            long slot = offer.record.version();
            ReadAhead read;
            if (answer == PutOutcome.PRECONDITION_FAILED) {
                long first = offer.firstUnknown();
                int countMax = offer.record.ahead() + CatalogTail.CATCH_UP_COUNT;
                List<FetchedRecord> found = offer.record.ahead() == 0
                        ? store.records(first, countMax)
                        : store.present(LongStream.range(first, first + countMax).boxed().toList());
                read = new ReadAhead(found, countMax);
            }
            else {
                read = new ReadAhead(store.tryRecord(slot).map(List::of).orElse(List.of()), NOTHING_ABSENT);
            }
            return read.in(slot).isPresent() ? Optional.of(read) : Optional.empty();
        }
    }

    /**
     * What stands in slots.
     *
     * @param countMax how many were asked for
     */
    private record ReadAhead(List<FetchedRecord> records, int countMax)
    {
        private Optional<FetchedRecord> in(long version)
        {
            return records.stream().filter(fetched -> fetched.record().version() == version).findFirst();
        }
    }

    /**
     * Judges a slot when the tail was last seen too long ago. Above the newest floor nothing was ever deleted, so the content
     * of the slot decides. At or below the floor, and soon after the request began, the slot had been emptied before. What it
     * holds is a ghost that no reader counts. Later than that, our record may have been committed and collected.
     */
    private Outcome fenced(CatalogRecord record, Slot slot)
    {
        long floor;
        try {
            floor = store.newestFloor();
        }
        catch (RuntimeIOException e) {
            return Outcome.UNKNOWN;
        }
        if (record.version() > floor) {
            return slot.outcome;
        }
        if (environment.since(slot.began).compareTo(format.retention().dividedBy(2)) >= 0) {
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
}
