package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec.FoundSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.WalListing.Run;
import io.icegate.wal.registry.BoundedMap;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Remembers the runs of writers, so that each read asks only for the numbers behind them. Numbers are dense and segments never
 * change, so the first number that is not there is the end, as fresh as a listing would tell it. A listing costs twelve times as
 * much as a question for one object, and the answer to that brings the footer, which is needed anyway. A segment tells of those before it,
 * so most are not asked for at all: as many as last time are taken to be new, the last of them is asked for, and the one behind it.
 * Safe for use by many threads.
 */
final class KnownRuns
{
    private static final int LANES_MAX = 10_000;
    /**
     * Longer runs are not remembered.
     */
    private static final int HEADS_MAX = 20_000;
    /**
     * Numbers of one writer that are asked for at once.
     */
    private static final int WAVE_MAX = 16;
    /**
     * Numbers that are asked for one by one before the steps become longer.
     */
    private static final int SINGLES = 3;
    /**
     * A run of which this many numbers were new is listed to its end, which takes fewer round trips.
     */
    private static final int FOUND_MAX = 4 * WAVE_MAX;

    private final ObjectStore store;
    private final FooterCache footers;
    private final Executor executor;
    private final Lister lister;
    private final Map<Lane, Known> lanes = BoundedMap.create(LANES_MAX);

    KnownRuns(ObjectStore store, FooterCache footers, Executor executor, Lister lister)
    {
        this.store = requireNonNull(store, "store is null");
        this.footers = requireNonNull(footers, "footers is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.lister = requireNonNull(lister, "lister is null");
    }

    /**
     * Lists a run from a number on.
     */
    interface Lister
    {
        Run run(UUID table, WriterId writer, Sequence start, int countMax);
    }

    private record Lane(UUID table, WriterId writer) {}

    /**
     * @param news by how many numbers it was longer than when it was read before, also when those are committed since
     */
    private record Known(Sequence first, List<ObjectHead> heads, RunEnd end, long news)
    {
        private Sequence next()
        {
            return new Sequence(first.value() + heads.size());
        }
    }

    private record Question(Reading of, long sequence) {}

    /**
     * The run of each writer, in the order of the writers.
     */
    List<Run> follow(UUID table, List<WriterId> writers, OffsetVector from, int countMax)
    {
        List<Reading> readings = writers.stream().map(writer -> new Reading(new Lane(table, writer), from.next(writer), countMax)).toList();
        list(readings.stream().filter(reading -> !reading.isKnown).toList());
        while (true) {
            List<Reading> open = readings.stream().filter(reading -> reading.end.isEmpty()).toList();
            if (open.isEmpty()) {
                break;
            }
            List<Question> questions = open.stream().flatMap(reading -> reading.questions().stream().map(sequence -> new Question(reading, sequence))).toList();
            List<Optional<FoundSegment>> answers = Parallel.map(questions, question -> find(question.of().key(question.sequence())), executor);
            for (int i = 0; i < answers.size(); i++) {
                questions.get(i).of().answer(questions.get(i).sequence(), answers.get(i));
            }
            open.forEach(Reading::connect);
            list(open.stream().filter(reading -> reading.end.isEmpty() && reading.found >= FOUND_MAX).toList());
        }
        readings.forEach(Reading::remember);
        // a closed writer is not asked for again, and what waited of it last would stay until there are too many
        Set<WriterId> open = Set.copyOf(writers);
        lanes.keySet().removeIf(lane -> lane.table().equals(table) && !open.contains(lane.writer()));
        return readings.stream().map(reading -> new Run(reading.lane.writer(), reading.heads, reading.end.orElseThrow())).toList();
    }

    private void list(List<Reading> readings)
    {
        List<Run> runs = Parallel.map(readings, reading -> lister.run(reading.lane.table(), reading.lane.writer(), new Sequence(reading.next()), reading.countMax - reading.heads.size()), executor);
        for (int i = 0; i < runs.size(); i++) {
            readings.get(i).take(runs.get(i));
        }
    }

    private Optional<FoundSegment> find(SegmentKey key)
    {
        try {
            return footers.codec().find(store, key);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot look for segment %s: %s".formatted(key.objectKey(), e.getMessage()), e);
        }
    }

    /**
     * One read of one writer.
     */
    private final class Reading
    {
        private final Lane lane;
        private final Sequence start;
        private final int countMax;
        private final boolean isKnown;
        private final Optional<RunEnd> gapBefore;
        private final List<ObjectHead> heads = new ArrayList<>();
        private Optional<RunEnd> end = Optional.empty();
        private final NavigableMap<Long, FoundSegment> ahead = new TreeMap<>(); // those of which a lower number is not known yet
        private long missing = Long.MAX_VALUE; // the lowest number that is not there
        private final Optional<Long> before; // where the run ended when it was read before
        private long guess; // where it ends if as many came again; 0 once that was asked
        private int step = 1;
        private int singles = SINGLES;
        private long back = 1;
        private int found;
        private boolean listed;

        private Reading(Lane lane, Sequence start, int countMax)
        {
            this.lane = lane;
            this.start = start;
            this.countMax = countMax;
            Known known = lanes.get(lane);
            isKnown = known != null && known.first().compareTo(start) <= 0;
            gapBefore = Optional.ofNullable(known).map(Known::end).filter(before -> before.kind() == RunEnd.Kind.GAP);
            before = Optional.ofNullable(known).map(run -> run.next().value());
            guess = known == null ? 0 : known.next().value() + Math.min(FOUND_MAX, known.news());
            if (known != null && isKnown && start.compareTo(known.next()) < 0) {
                takeKnown(known.heads().subList((int) (start.value() - known.first().value()), known.heads().size()));
            }
        }

        /**
         * A segment whose footer was forgotten, or could not be read, is asked for again: it may have been restored.
         */
        private void takeKnown(List<ObjectHead> remembered)
        {
            for (ObjectHead head : remembered) {
                Optional<LiveSegment> segment = footers.known(key(next()), head);
                if (segment.isEmpty()) {
                    return;
                }
                heads.add(head);
                if (segment.orElseThrow().footer().kind() == SegmentKind.SEAL) {
                    end = Optional.of(new RunEnd(RunEnd.Kind.OPEN, new Sequence(next()), "")); // nothing of this writer is behind it
                    return;
                }
            }
            limit();
        }

        private SegmentKey key(long sequence)
        {
            return new SegmentKey(lane.table(), lane.writer(), new Sequence(sequence));
        }

        private long next()
        {
            return start.value() + heads.size();
        }

        /**
         * The numbers to ask for at once.
         */
        private Set<Long> questions()
        {
            Set<Long> questions = new TreeSet<>();
            if (!ahead.isEmpty()) {
                below(ahead.firstEntry(), questions);
            }
            else if (missing < Long.MAX_VALUE) {
                // the end lies before it, most often right before it
                questions.add(Math.max(next() + (missing - 1 - next()) / 2, missing - back));
                back *= 2;
            }
            else if (guess > next() + 1) {
                // as many as last time; the last of them tells of those before it
                questions.add(guess);
                for (long sequence = guess - 1; sequence >= next(); sequence -= 1 + EarlierSegment.COUNT_MAX) {
                    questions.add(sequence);
                }
                guess = 0;
            }
            else {
                // one by one at first, because every number too many is paid for, and then faster
                questions.add(next() + (singles > 0 ? 0 : step - 1));
                step = singles > 0 ? 1 : Math.min(WAVE_MAX, step * 2);
                singles--;
            }
            return questions;
        }

        /**
         * What is not known below a segment. It tells of a run before it; what lies between the run and itself was in flight.
         */
        private void below(Map.Entry<Long, FoundSegment> segment, Set<Long> questions)
        {
            List<EarlierSegment> earlier = segment.getValue().earlier();
            long told = earlier.isEmpty() ? next() : sequence(earlier.get(0));
            long from = earlier.isEmpty() ? next() : Math.max(next(), sequence(earlier.get(earlier.size() - 1)) + 1);
            if (told > next()) {
                questions.add(told - 1);
            }
            for (long sequence = from; sequence < segment.getKey() && questions.size() < WAVE_MAX; sequence++) {
                questions.add(sequence);
            }
        }

        private static long sequence(EarlierSegment segment)
        {
            return segment.footer().header().key().sequence().value();
        }

        private void answer(long sequence, Optional<FoundSegment> answer)
        {
            if (answer.isEmpty()) {
                missing = Math.min(missing, sequence);
            }
            else {
                ahead.put(sequence, answer.orElseThrow());
            }
        }

        /**
         * Adds what has come to lie behind the run without a hole.
         */
        private void connect()
        {
            ahead.tailMap(missing, true).clear(); // nothing behind a missing number was acknowledged
            boolean grows = true;
            while (grows && !ahead.isEmpty()) {
                grows = false;
                Map.Entry<Long, FoundSegment> first = ahead.firstEntry();
                for (EarlierSegment earlier : first.getValue().earlier()) {
                    if (sequence(earlier) == next()) {
                        add(told(earlier, first.getValue().head()), Optional.of(earlier.footer()));
                        grows = true;
                    }
                }
                if (first.getKey() <= next()) {
                    ahead.remove(first.getKey());
                    grows = true;
                    if (first.getKey() == next()) {
                        SegmentKey key = key(next());
                        add(first.getValue().head(), first.getValue().footer().filter(footer -> footer.header().key().equals(key)));
                    }
                }
            }
            limit();
            if (end.isEmpty() && missing <= next()) {
                end = Optional.of(gapBefore.filter(before -> before.next().value() == next()).orElseGet(() -> new RunEnd(RunEnd.Kind.OPEN, new Sequence(next()), "")));
            }
        }

        private void add(ObjectHead head, Optional<SegmentFooter> footer)
        {
            footer.ifPresent(footers::put);
            heads.add(head);
            found++;
        }

        /**
         * A segment as the store would show it, but for the time, which is its writer's; not later than a later one was stored.
         */
        private static ObjectHead told(EarlierSegment segment, ObjectHead later)
        {
            Instant durable = segment.durable().isBefore(later.lastModified()) ? segment.durable() : later.lastModified();
            return new ObjectHead(segment.footer().header().key().objectKey(), segment.footer().size(), durable);
        }

        private void take(Run run)
        {
            heads.addAll(run.heads());
            end = Optional.of(run.end());
            listed = true;
        }

        private void limit()
        {
            if (heads.size() > countMax) {
                heads.subList(countMax, heads.size()).clear();
                end = Optional.of(WalListing.limit(new Sequence(next()), countMax));
            }
        }

        private void remember()
        {
            if (heads.size() <= HEADS_MAX) {
                long news = listed ? found : before.map(then -> Math.max(0, next() - then)).orElse(0L);
                lanes.put(lane, new Known(start, List.copyOf(heads), end.orElseThrow(), news));
            }
        }
    }
}
