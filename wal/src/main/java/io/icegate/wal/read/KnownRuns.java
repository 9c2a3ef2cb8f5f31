package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec.FoundSegment;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.read.WalListing.Run;
import io.icegate.wal.registry.BoundedMap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Remembers the runs of writers, so that each read asks only for the numbers behind them. Numbers are dense and segments never
 * change, so the first number that is not there is the end, as fresh as a listing would tell it. A listing costs twelve times as
 * much as a question for one object, and the answer to that brings the footer, which is needed anyway. Safe for use by many threads.
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
     * @param found how many were new when it was read last
     */
    private record Known(Sequence first, List<ObjectHead> heads, RunEnd end, int found)
    {
        private Sequence next()
        {
            return new Sequence(first.value() + heads.size());
        }
    }

    private record Question(Reading of, Sequence sequence) {}

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
            List<Question> questions = open.stream().flatMap(reading -> reading.questions().stream()).toList();
            List<Optional<FoundSegment>> answers = Parallel.map(questions, question -> find(question.of().key(question.sequence())), executor);
            int offset = 0;
            for (Reading reading : open) {
                reading.take(answers.subList(offset, offset + reading.wave));
                offset += reading.wave;
                reading.widen();
            }
            list(open.stream().filter(reading -> reading.end.isEmpty() && reading.found >= FOUND_MAX).toList());
        }
        readings.forEach(Reading::remember);
        return readings.stream().map(reading -> new Run(reading.lane.writer(), reading.heads, reading.end.orElseThrow())).toList();
    }

    private void list(List<Reading> readings)
    {
        List<Run> runs = Parallel.map(readings, reading -> lister.run(reading.lane.table(), reading.lane.writer(), reading.next(), reading.countMax - reading.heads.size()), executor);
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
        private int wave;
        private int waves;
        private int found;

        private Reading(Lane lane, Sequence start, int countMax)
        {
            this.lane = lane;
            this.start = start;
            this.countMax = countMax;
            Known known = lanes.get(lane);
            isKnown = known != null && known.first().compareTo(start) <= 0;
            gapBefore = Optional.ofNullable(known).map(Known::end).filter(before -> before.kind() == RunEnd.Kind.GAP);
            wave = known == null ? 1 : Math.max(1, Math.min(WAVE_MAX, known.found()));
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
                    end = Optional.of(new RunEnd(RunEnd.Kind.OPEN, next(), "")); // nothing of this writer is behind it
                    return;
                }
            }
            limit();
        }

        private SegmentKey key(Sequence sequence)
        {
            return new SegmentKey(lane.table(), lane.writer(), sequence);
        }

        private Sequence next()
        {
            return new Sequence(start.value() + heads.size());
        }

        private List<Question> questions()
        {
            List<Question> questions = new ArrayList<>();
            for (int i = 0; i < wave; i++) {
                questions.add(new Question(this, new Sequence(next().value() + i)));
            }
            return questions;
        }

        private void take(List<Optional<FoundSegment>> answers)
        {
            for (Optional<FoundSegment> answer : answers) {
                if (answer.isEmpty()) {
                    end = Optional.of(gapBefore.filter(before -> before.next().equals(next())).orElseGet(() -> new RunEnd(RunEnd.Kind.OPEN, next(), "")));
                    return;
                }
                SegmentKey key = key(next());
                answer.orElseThrow().footer().filter(footer -> footer.header().key().equals(key)).ifPresent(footers::put);
                heads.add(answer.orElseThrow().head());
                found++;
            }
            limit();
        }

        private void take(Run run)
        {
            heads.addAll(run.heads());
            end = Optional.of(run.end());
        }

        private void limit()
        {
            if (heads.size() > countMax) {
                heads.subList(countMax, heads.size()).clear();
                end = Optional.of(WalListing.limit(next(), countMax));
            }
        }

        /**
         * Begins with as many as last time, goes on one by one, because every number too many is paid for, and then faster.
         */
        private void widen()
        {
            waves++;
            wave = waves < 4 ? 1 : Math.min(WAVE_MAX, wave * 2);
        }

        private void remember()
        {
            if (heads.size() <= HEADS_MAX) {
                lanes.put(lane, new Known(start, List.copyOf(heads), end.orElseThrow(), found));
            }
        }
    }
}
