package io.icegate.wal.read;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec.FoundSegment;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;
import io.icegate.wal.registry.WriterRegistry;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;

import static io.icegate.wal.WalException.Kind.CORRUPT;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Finds the segments behind an offset vector. The caller reads the vector <em>first</em>: a segment that is committed
 * between the two reads is then seen once, as live, and one that is stored between them is seen or not, but never twice.
 *
 * <p>{@link #list} caches nothing but footers. {@link #follow} asks for what can have come since it asked last, which costs a
 * query less and shows the same.
 */
public final class WalListing
{
    /**
     * Live segments of one table, unless the caller chooses another bound.
     */
    public static final int SEGMENTS_MAX = 50_000;

    private final ObjectStore store;
    private final WriterRegistry registry;
    private final FooterCache footers;
    private final Executor executor;
    private final KnownRuns known;
    private final int segmentsMax;

    public WalListing(ObjectStore store, WriterRegistry registry, FooterCache footers, Executor executor)
    {
        this(store, registry, footers, executor, SEGMENTS_MAX);
    }

    /**
     * @param segmentsMax more live segments in one table are refused
     */
    public WalListing(ObjectStore store, WriterRegistry registry, FooterCache footers, Executor executor, int segmentsMax)
    {
        if (segmentsMax < 1) {
            throw new IllegalArgumentException("Cannot list %s live segments: at least 1 is needed".formatted(segmentsMax));
        }
        this.segmentsMax = segmentsMax;
        this.store = requireNonNull(store, "store is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.footers = requireNonNull(footers, "footers is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.known = new KnownRuns(store, footers, executor, this::run);
    }

    /**
     * Objects of a dense run, and why it ends.
     */
    record Run(WriterId writer, List<ObjectHead> heads, RunEnd end)
    {
        Run
        {
            heads = List.copyOf(heads);
        }
    }

    /**
     * Where a seal of a writer belongs.
     *
     * @param next the first missing number
     * @param last the object before it, which may be a seal already
     */
    public record Tip(Sequence next, Optional<ObjectHead> last)
    {
        public Tip
        {
            requireNonNull(next, "next is null");
            requireNonNull(last, "last is null");
        }
    }

    public Tip tip(UUID table, WriterId writer, Sequence start)
    {
        Run run = run(table, writer, start, Integer.MAX_VALUE);
        return new Tip(run.end().next(), run.heads().isEmpty() ? Optional.empty() : Optional.of(run.heads().get(run.heads().size() - 1)));
    }

    /**
     * Everything behind the vector.
     *
     * @throws WalException UNAVAILABLE when the store did not answer, or when there are more than the bound
     */
    public LiveSegments list(UUID table, OffsetVector from)
    {
        return bounded(list(table, from, Math.addExact(segmentsMax, 1)));
    }

    /**
     * As {@link #list(UUID, OffsetVector)}: everything behind the vector that was durable before this call. What this process saw before
     * is not asked for again, so the registry may be as old as {@link WriterRegistry#current} says, and a gap behind the end of
     * a run is told only where the run was listed.
     *
     * @throws WalException UNAVAILABLE when the store did not answer, or when there are more than the bound
     */
    LiveSegments follow(UUID table, OffsetVector from)
    {
        int countMax = Math.addExact(segmentsMax, 1);
        WriterRegistry.Listing registered = registry.current();
        List<WriterId> writers = writers(table, registered, from);
        // where a listing costs as much as its folder each number is asked for anyway, and nothing is paid for
        List<Run> runs = store.listsWholeFolders() ? runs(table, writers, from, countMax) : known.follow(table, writers, from, countMax);
        return bounded(segments(table, from, registered, runs, countMax));
    }

    private LiveSegments bounded(LiveSegments all)
    {
        if (all.segments().size() > segmentsMax) {
            throw new WalException(UNAVAILABLE, "Cannot read the live rows of table %s: more than %s segments wait to be committed; run CALL icegate.system.commit_wal first".formatted(all.table(), segmentsMax));
        }
        return all;
    }

    /**
     * The oldest segments behind the vector, at most the given number; every writer's part is a dense run.
     */
    public LiveSegments list(UUID table, OffsetVector from, int countMax)
    {
        WriterRegistry.Listing registered = registry.list();
        return segments(table, from, registered, runs(table, writers(table, registered, from), from, countMax), countMax);
    }

    private List<WriterId> writers(UUID table, WriterRegistry.Listing registered, OffsetVector from)
    {
        Set<WriterId> writers = new TreeSet<>(registry.writersOf(table, registered, from));
        writers.addAll(from.offsets().keySet());
        writers.removeIf(from::isClosed);
        return List.copyOf(writers);
    }

    private List<Run> runs(UUID table, List<WriterId> writers, OffsetVector from, int countMax)
    {
        return Parallel.map(writers, writer -> run(table, writer, from.next(writer), countMax), executor);
    }

    private LiveSegments segments(UUID table, OffsetVector from, WriterRegistry.Listing registered, List<Run> all, int countMax)
    {
        List<Run> runs = all;
        while (true) {
            Chosen chosen = choose(runs, countMax);
            boolean limited = chosen.ends().values().stream().anyMatch(end -> end.kind() == RunEnd.Kind.LIMIT);
            if (!limited || chosen.segments().size() >= countMax) {
                return new LiveSegments(table, from, chosen.segments(), chosen.ends(), registered);
            }
            // what lies behind a seal or cannot be read must not take the place of other writers' segments
            runs = chosen.runs();
        }
    }

    /**
     * @param runs those that end at a seal or at what cannot be read are cut there
     */
    private record Chosen(List<Run> runs, List<LiveSegment> segments, Map<WriterId, RunEnd> ends) {}

    private Chosen choose(List<Run> runs, int countMax)
    {
        List<Run> oldest = oldest(runs, countMax);
        Parallel.map(oldest, this::learn, executor);
        List<ObjectHead> heads = oldest.stream().flatMap(run -> run.heads().stream()).toList();
        List<Loaded> loaded = Parallel.map(heads, this::known, this::load, executor);
        List<Run> readable = new ArrayList<>();
        List<LiveSegment> segments = new ArrayList<>();
        Map<WriterId, RunEnd> ends = new TreeMap<>();
        int offset = 0;
        for (int i = 0; i < oldest.size(); i++) {
            Run run = oldest.get(i);
            int before = segments.size();
            Optional<RunEnd> end = take(loaded.subList(offset, offset + run.heads().size()), segments);
            offset += run.heads().size();
            ends.put(run.writer(), end.orElse(run.end()));
            Run whole = runs.get(i);
            readable.add(end.map(found -> new Run(run.writer(), run.heads().subList(0, segments.size() - before), found)).orElse(whole));
        }
        return new Chosen(readable, segments, ends);
    }

    /**
     * Adds a run up to its seal or to what cannot be read; empty when neither is there.
     */
    private static Optional<RunEnd> take(List<Loaded> run, List<LiveSegment> segments)
    {
        for (Loaded loaded : run) {
            if (loaded.segment().isEmpty()) {
                return Optional.of(new RunEnd(RunEnd.Kind.CORRUPT, loaded.key().sequence(), loaded.failure()));
            }
            LiveSegment segment = loaded.segment().orElseThrow();
            if (segment.footer().kind() == SegmentKind.SEAL) {
                return Optional.of(new RunEnd(RunEnd.Kind.SEALED, loaded.key().sequence(), segment.head().lastModified(), ""));
            }
            segments.add(segment);
        }
        return Optional.empty();
    }

    /**
     * Remembers the footers of a run that its segments tell of each other, so that not each of them is read: from the end on, because each
     * tells of those before it. Those of which none tells are left.
     */
    private Boolean learn(Run run)
    {
        for (int i = run.heads().size() - 1; i > 0; i--) {
            ObjectHead head = run.heads().get(i);
            SegmentKey key = SegmentKey.parse(head.key()).orElseThrow();
            if (footers.known(key, head).isPresent()) {
                continue;
            }
            FoundSegment found;
            try {
                found = footers.codec().read(store, head);
            }
            catch (FileNotFoundException e) {
                return false; // whoever reads it next says why
            }
            catch (IOException e) {
                throw new WalException(UNAVAILABLE, "Cannot read segment %s: %s".formatted(head.key(), e.getMessage()), e);
            }
            found.footer().ifPresent(footers::put);
            if (found.earlier().isEmpty()) {
                return false;
            }
            found.earlier().forEach(earlier -> footers.put(earlier.footer()));
        }
        return true;
    }

    private record Loaded(SegmentKey key, Optional<LiveSegment> segment, String failure) {}

    private Optional<Loaded> known(ObjectHead head)
    {
        SegmentKey key = SegmentKey.parse(head.key()).orElseThrow();
        return footers.known(key, head).map(segment -> new Loaded(key, Optional.of(segment), ""));
    }

    private Loaded load(ObjectHead head)
    {
        SegmentKey key = SegmentKey.parse(head.key()).orElseThrow();
        try {
            return new Loaded(key, Optional.of(footers.load(store, key, head)), "");
        }
        catch (FileNotFoundException e) {
            throw new WalException(UNAVAILABLE, "Cannot read segment %s: it vanished while it was listed; was it committed and expired meanwhile?".formatted(head.key()), e);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot read segment %s: %s".formatted(head.key(), e.getMessage()), e);
        }
        catch (WalException e) {
            if (e.kind() != CORRUPT) {
                throw e;
            }
            return new Loaded(key, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * The run of one writer, without reading what kind of objects they are.
     */
    Run run(UUID table, WriterId writer, Sequence start, int countMax)
    {
        try {
            return store.listsWholeFolders() ? probed(table, writer, start, countMax) : listed(table, writer, start, countMax);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot list segments of table %s, writer %s: %s".formatted(table, writer, e.getMessage()), e);
        }
    }

    /**
     * Asks for one number after the other. Behind a missing one there can be as many as a writer has in flight.
     */
    private Run probed(UUID table, WriterId writer, Sequence start, int countMax)
            throws IOException
    {
        List<ObjectHead> heads = new ArrayList<>();
        Sequence expected = start;
        while (true) {
            ObjectKey key = new SegmentKey(table, writer, expected).objectKey();
            Optional<ObjectHead> head = store.head(key);
            if (head.isEmpty()) {
                Optional<ObjectKey> later = later(table, writer, expected);
                if (later.isEmpty()) {
                    return new Run(writer, heads, new RunEnd(RunEnd.Kind.OPEN, expected, ""));
                }
                head = store.head(key); // it may have come between the two questions
                if (head.isEmpty()) {
                    return new Run(writer, heads, gap(key, later.orElseThrow(), expected));
                }
            }
            if (heads.size() >= countMax) {
                return new Run(writer, heads, limit(expected, countMax));
            }
            heads.add(head.orElseThrow());
            expected = expected.next();
        }
    }

    private Optional<ObjectKey> later(UUID table, WriterId writer, Sequence missing)
            throws IOException
    {
        Sequence sequence = missing;
        for (int ahead = 0; ahead < Sequence.IN_FLIGHT_LIMIT; ahead++) {
            sequence = sequence.next();
            ObjectKey key = new SegmentKey(table, writer, sequence).objectKey();
            if (store.head(key).isPresent()) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private Run listed(UUID table, WriterId writer, Sequence start, int countMax)
            throws IOException
    {
        List<ObjectHead> heads = new ArrayList<>();
        Sequence expected = start;
        ObjectKey folder = WalLayout.segments(table, writer);
        Optional<ObjectKey> startAfter = start.value() == 0 ? Optional.empty() : Optional.of(new SegmentKey(table, writer, new Sequence(start.value() - 1)).objectKey());
        while (true) {
            ListPage page = store.list(folder, startAfter, ObjectStore.LIST_COUNT_MAX);
            for (ObjectHead object : page.objects()) {
                Optional<SegmentKey> key = SegmentKey.parse(object.key());
                if (key.isEmpty() || key.orElseThrow().sequence().compareTo(expected) < 0) {
                    continue;
                }
                while (!key.orElseThrow().sequence().equals(expected)) {
                    // not listed although a later one is: the store's word on the key itself decides
                    ObjectKey missing = new SegmentKey(table, writer, expected).objectKey();
                    Optional<ObjectHead> head = store.head(missing);
                    if (head.isEmpty()) {
                        return new Run(writer, heads, gap(missing, object.key(), expected));
                    }
                    heads.add(head.orElseThrow());
                    expected = expected.next();
                }
                if (heads.size() >= countMax) {
                    return new Run(writer, heads, limit(expected, countMax));
                }
                heads.add(object);
                expected = expected.next();
            }
            if (!page.truncated()) {
                return new Run(writer, heads, new RunEnd(RunEnd.Kind.OPEN, expected, ""));
            }
            startAfter = Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
    }

    static RunEnd gap(ObjectKey missing, ObjectKey later, Sequence expected)
    {
        return new RunEnd(RunEnd.Kind.GAP, expected, "%s is missing and %s is there".formatted(missing, later));
    }

    static RunEnd limit(Sequence next, int countMax)
    {
        return new RunEnd(RunEnd.Kind.LIMIT, next, "more than %s segments".formatted(countMax));
    }

    /**
     * Cuts the runs so that together they hold no more than the given number: the oldest objects, in each run a prefix.
     */
    private static List<Run> oldest(List<Run> runs, int segmentsMax)
    {
        if (runs.stream().mapToInt(run -> run.heads().size()).sum() <= segmentsMax) {
            return runs;
        }
        int[] taken = new int[runs.size()];
        PriorityQueue<Integer> byAge = new PriorityQueue<>(Comparator.comparing((Integer run) -> runs.get(run).heads().get(taken[run]).lastModified()).thenComparing(run -> run));
        for (int run = 0; run < taken.length; run++) {
            if (!runs.get(run).heads().isEmpty()) {
                byAge.add(run);
            }
        }
        for (int count = 0; count < segmentsMax; count++) {
            int run = byAge.remove();
            taken[run]++;
            if (taken[run] < runs.get(run).heads().size()) {
                byAge.add(run);
            }
        }
        List<Run> cut = new ArrayList<>();
        for (int run = 0; run < taken.length; run++) {
            Run whole = runs.get(run);
            cut.add(taken[run] == whole.heads().size() ? whole : cut(whole, taken[run], segmentsMax));
        }
        return cut;
    }

    private static Run cut(Run run, int count, int segmentsMax)
    {
        Sequence next = SegmentKey.parse(run.heads().get(count).key()).orElseThrow().sequence();
        return new Run(run.writer(), run.heads().subList(0, count), limit(next, segmentsMax));
    }
}
