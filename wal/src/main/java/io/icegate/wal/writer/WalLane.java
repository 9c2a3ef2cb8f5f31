package io.icegate.wal.writer;

import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Retries;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.SegmentKind;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import static io.icegate.wal.WalException.Kind.FENCED;
import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * The segments of one (table, writer).
 *
 * <p>The protocol, and why a crash after any step is safe:
 * <ol>
 * <li>A number and a time of ingest are given and the segment is encoded, one at a time. An encoder that fails uses up no
 * number, so there is never a hole. The time never falls, whatever the clock does. Crash: nothing is stored.
 * <li>The bytes are put, if absent, at the key of the number; at most K at once. An unknown outcome is tried again with the
 * same bytes at the same key for as long as it takes. Crash: the object is there or not; not acknowledged either way.
 * <li>A taken key is read back. Our segment id and checksum: an earlier attempt of ours landed. Anything else: another
 * sealed this writer, which is finished ({@code FENCED}).
 * <li>A future completes when its segment and all below it are durable. Readers stop at the first missing number, so a
 * segment above a hole was never acknowledged.
 * </ol>
 */
public final class WalLane
{
    private static final Logger log = LoggerFactory.getLogger(WalLane.class);
    private static final int HANGING_ATTEMPTS_MAX = 4;
    private static final int WAITERS_MAX = 1_000_000;
    private static final int SEAL_ATTEMPTS_MAX = 20;

    private final WalWriter writer;
    private final UUID table;
    private final Function<SegmentHeader, EncodedSegment> sealEncoder;
    private final Semaphore permits;
    private final ReentrantLock sequencer = new ReentrantLock();
    private final ArrayDeque<Pending> inFlight = new ArrayDeque<>(); // in sequence order, guarded by itself
    private final ArrayDeque<EarlierSegment> earlier = new ArrayDeque<>(); // the newest that are durable, in sequence order, guarded by inFlight
    private int completing; // durable, callbacks not run yet; guarded by inFlight
    private long ingestMicros; // no later segment has an earlier time of ingest; guarded by inFlight
    private boolean encoding; // a segment has this time and is not in flight yet; guarded by inFlight
    private Sequence next = Sequence.FIRST; // guarded by inFlight, written under the sequencer only
    private volatile @Nullable WalException refusal;

    /**
     * @param floorMicros no segment has an earlier time of ingest
     */
    WalLane(WalWriter writer, UUID table, long floorMicros, Function<SegmentHeader, EncodedSegment> sealEncoder)
    {
        this.writer = requireNonNull(writer, "writer is null");
        this.table = requireNonNull(table, "table is null");
        this.sealEncoder = requireNonNull(sealEncoder, "sealEncoder is null");
        this.ingestMicros = floorMicros;
        this.permits = new Semaphore(writer.options().segmentsInFlightMax(), true);
    }

    private static final class Pending
    {
        private final EncodedSegment segment;
        private final long openedNanos;
        private final CompletableFuture<SegmentFooter> result = new CompletableFuture<>();
        private boolean durable;

        private Pending(EncodedSegment segment, long openedNanos)
        {
            this.segment = segment;
            this.openedNanos = openedNanos;
        }

        private SegmentHeader header()
        {
            return segment.footer().header();
        }
    }

    public UUID table()
    {
        return table;
    }

    /**
     * As {@link #append(Instant, Function)} for a segment that is opened now.
     */
    public CompletableFuture<SegmentFooter> append(Function<SegmentHeader, EncodedSegment> encoder)
    {
        return append(writer.environment().clock().instant(), encoder);
    }

    /**
     * Encodes in the caller's thread, then uploads. Waits while K segments are in flight. The future completes when this
     * segment and all below it are durable; it fails with a {@link WalException} when the writer ends before. It never
     * times out: while the outcome is unknown the upload goes on, so a caller that gives up may look again later.
     *
     * @param opened when the first row was taken for this segment; the duplicate window is measured on it
     * @param encoder may throw: the exception is passed on and nothing happened
     * @throws WalException when the writer has ended
     */
    public CompletableFuture<SegmentFooter> append(Instant opened, Function<SegmentHeader, EncodedSegment> encoder)
    {
        checkOpen();
        try {
            permits.acquire();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WalException(UNAVAILABLE, "Cannot append to the WAL: interrupted while %s segments are in flight".formatted(writer.options().segmentsInFlightMax()), e);
        }
        Pending pending;
        sequencer.lock();
        try {
            checkOpen();
            pending = encode(opened, encoder);
        }
        catch (Throwable t) {
            permits.release();
            throw t;
        }
        finally {
            sequencer.unlock();
        }
        try {
            writer.environment().executor().execute(() -> upload(pending));
        }
        catch (RejectedExecutionException e) {
            writer.fail(new WalException(UNAVAILABLE, "Cannot append to the WAL: the executor is shut down", e));
        }
        return pending.result.copy();
    }

    private Pending encode(Instant opened, Function<SegmentHeader, EncodedSegment> encoder)
    {
        long openedNanos = writer.environment().nanoTime().getAsLong();
        long givenMicros;
        synchronized (inFlight) {
            givenMicros = advanceIngestTime();
            encoding = true;
        }
        try {
            SegmentHeader header = new SegmentHeader(new SegmentKey(table, writer.id(), next), SegmentId.random(writer.environment().random()), opened, givenMicros);
            EncodedSegment segment = encoder.apply(header);
            if (!segment.footer().header().equals(header) || segment.footer().kind() != SegmentKind.DATA) {
                throw new IllegalArgumentException("Cannot append segment %s: the encoder wrote another header".formatted(header.key()));
            }
            Pending pending = new Pending(segment, openedNanos);
            synchronized (inFlight) {
                checkOpen(); // an end that comes now finds the segment in flight, one that came is seen here
                inFlight.add(pending);
                next = next.next();
            }
            return pending;
        }
        finally {
            synchronized (inFlight) {
                encoding = false;
            }
        }
    }

    private long advanceIngestTime()
    {
        ingestMicros = Math.max(ingestMicros, writer.clock().micros());
        return ingestMicros;
    }

    /**
     * The time of ingest below which every row of this lane is durable, and none will follow. It grows while nothing is
     * appended: what is appended later gets no earlier time.
     */
    long lowMicros()
    {
        synchronized (inFlight) {
            if (!inFlight.isEmpty()) {
                return inFlight.getFirst().header().ingestMicros();
            }
            return encoding ? ingestMicros : advanceIngestTime();
        }
    }

    /**
     * How long the oldest segment waits to be durable; zero when none does.
     */
    Duration oldestInFlight()
    {
        long nowNanos = writer.environment().nanoTime().getAsLong();
        synchronized (inFlight) {
            return inFlight.isEmpty() ? Duration.ZERO : Duration.ofNanos(nowNanos - inFlight.getFirst().openedNanos);
        }
    }

    /**
     * The segments of which the next one tells, so that readers need not ask for each: the newest of those that are durable with all below
     * them, lowest first. Empty where requests cost nothing.
     */
    public List<EarlierSegment> earlier()
    {
        if (writer.store().listsWholeFolders()) {
            return List.of();
        }
        synchronized (inFlight) {
            return List.copyOf(earlier);
        }
    }

    private void checkOpen()
    {
        Optional<WalException> end = writer.end().or(() -> Optional.ofNullable(refusal));
        if (end.isPresent()) {
            throw new WalException(end.orElseThrow().kind(), String.valueOf(end.orElseThrow().getMessage()), end.orElseThrow());
        }
    }

    /**
     * Segments whose outcome is not known yet.
     */
    public int inFlightCount()
    {
        synchronized (inFlight) {
            return inFlight.size();
        }
    }

    private void upload(Pending pending)
    {
        try {
            if (put(pending) && stillRegistered(pending)) {
                durable(pending);
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            writer.fail(new WalException(UNAVAILABLE, "Cannot write segment %s: interrupted".formatted(pending.header().key().objectKey()), e));
        }
        catch (RuntimeException | Error e) {
            writer.fail(new WalException(UNAVAILABLE, "Cannot write segment %s: %s".formatted(pending.header().key().objectKey(), e), e));
        }
    }

    /**
     * True when the segment is durable, false when the writer ended before that was known.
     */
    private boolean put(Pending pending)
    {
        if (writer.end().isPresent()) {
            return false;
        }
        SegmentFooter ours = pending.segment.footer();
        Attempts attempts = new Attempts(writer, pending.segment);
        Settled<SegmentFooter> settled;
        try {
            settled = OwnedObject.settle(attempts::put, answer -> readBack(ours.header().key(), answer), stored -> isSame(stored, ours), writer.untilEnd());
        }
        catch (WalException e) {
            writer.fail(new WalException(FENCED, "Cannot write segment %s: the key is taken by an object that is no segment".formatted(ours.header().key().objectKey()), e));
            return false;
        }
        return switch (settled.outcome()) {
            case OURS -> true;
            case FOREIGN -> {
                SegmentFooter stored = settled.stored().orElseThrow();
                writer.fail(new WalException(FENCED, "Cannot write segment %s: the key is taken by a %s with segment id %s".formatted(
                        ours.header().key().objectKey(), stored.kind(), stored.header().id())));
                yield false;
            }
            case UNKNOWN -> {
                if (writer.end().isEmpty()) {
                    writer.fail(new WalException(
                            UNAVAILABLE,
                            "Cannot write segment %s: %s".formatted(ours.header().key().objectKey(), settled.failure().orElseThrow().getMessage()),
                            settled.failure().orElseThrow()));
                }
                yield false;
            }
        };
    }

    /**
     * Looks at a taken key only: while the outcome of a large upload is open, another attempt tells as much as a request.
     */
    private Optional<SegmentFooter> readBack(SegmentKey key, PutOutcome answer)
            throws IOException
    {
        if (answer != PutOutcome.PRECONDITION_FAILED) {
            return Optional.empty();
        }
        Optional<ObjectHead> head = writer.store().head(key.objectKey());
        return head.isEmpty() ? Optional.empty() : Optional.of(writer.footers().codec().readFooter(writer.store(), head.orElseThrow()));
    }

    private static boolean isSame(SegmentFooter stored, SegmentFooter ours)
    {
        return stored.header().id().equals(ours.header().id()) && stored.crc32c() == ours.crc32c() && stored.size() == ours.size();
    }

    /**
     * Checks that the writer is still registered. Seals are collected some days after a writer was closed, so a writer that
     * slept longer would find its key free. Its registry entry is gone then.
     */
    private boolean stillRegistered(Pending pending)
            throws InterruptedException
    {
        WalEnvironment environment = writer.environment();
        Retries retries = writer.untilEnd().start();
        do {
            Duration wall = Duration.between(pending.header().created(), environment.clock().instant());
            Duration monotonic = Duration.ofNanos(environment.nanoTime().getAsLong() - pending.openedNanos);
            Duration age = wall.compareTo(monotonic) > 0 ? wall : monotonic;
            if (age.compareTo(writer.options().zombieAfter()) <= 0) {
                return true;
            }
            try {
                if (writer.registry().isRegistered(writer.id())) {
                    return true;
                }
                writer.fail(new WalException(FENCED, "Cannot acknowledge segment %s: it is %s old and writer %s is not registered any more".formatted(pending.header().key().objectKey(), age, writer.id())));
                return false;
            }
            catch (WalException e) {
                log.warn("Cannot check the registration of writer {}: {}", writer.id(), e.getMessage());
            }
        }
        while (retries.again());
        return false;
    }

    private void durable(Pending pending)
    {
        List<Pending> released = new ArrayList<>();
        Instant now = writer.environment().clock().instant();
        synchronized (inFlight) {
            pending.durable = true;
            while (!inFlight.isEmpty() && inFlight.getFirst().durable) {
                Pending first = inFlight.removeFirst();
                released.add(first);
                earlier.addLast(new EarlierSegment(first.segment.footer(), now));
            }
            while (earlier.size() > EarlierSegment.COUNT_MAX) {
                earlier.removeFirst();
            }
            completing += released.size();
        }
        for (Pending done : released) {
            writer.footers().put(done.segment.footer());
        }
        permits.release(released.size());
        for (Pending done : released) {
            done.result.complete(done.segment.footer());
        }
        synchronized (inFlight) {
            completing -= released.size();
            inFlight.notifyAll();
        }
    }

    void refuse(WalException reason)
    {
        refusal = reason;
    }

    /**
     * Returns when nothing is in flight and the futures of what was are complete, or after the timeout. What is in flight when the
     * writer has ended stays so.
     */
    void awaitDurable(Duration timeout)
    {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (inFlight) {
            while ((!inFlight.isEmpty() && writer.end().isEmpty()) || completing > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(inFlight, left);
                }
                catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    void fail(WalException reason)
    {
        List<Pending> failed;
        synchronized (inFlight) {
            refusal = reason;
            // stays in the queue: its first number is where the seal goes
            failed = inFlight.stream().filter(pending -> !pending.result.isDone()).toList();
            inFlight.notifyAll();
        }
        permits.release(WAITERS_MAX); // whoever waits sees the end
        failed.forEach(pending -> pending.result.completeExceptionally(reason));
    }

    /**
     * Puts the seal at the first number that is not known to be durable, so that committers need not wait until the writer is
     * silent. If the seal cannot be written, a committer writes it later.
     */
    void seal()
    {
        try {
            Sequence sequence;
            synchronized (inFlight) {
                sequence = inFlight.isEmpty() ? next : inFlight.getFirst().header().key().sequence();
            }
            // what is in flight may still land below the seal
            for (int late = 0; late <= Sequence.IN_FLIGHT_LIMIT; late++) {
                switch (putSeal(new SegmentKey(table, writer.id(), sequence)).outcome()) {
                    case OURS -> {
                        return;
                    }
                    case FOREIGN -> sequence = sequence.next();
                    case UNKNOWN -> {
                        log.warn("Cannot seal the lane of table {}, writer {}; a committer will: the store did not answer", table, writer.id());
                        return;
                    }
                }
            }
        }
        catch (RuntimeException e) {
            log.warn("Cannot seal the lane of table {}, writer {}; a committer will: {}", table, writer.id(), e.toString());
        }
    }

    /**
     * Any seal is as good as ours.
     */
    private Settled<SegmentFooter> putSeal(SegmentKey key)
    {
        WalEnvironment environment = writer.environment();
        SegmentHeader header = new SegmentHeader(key, SegmentId.random(environment.random()), environment.clock().instant());
        byte[] content = sealEncoder.apply(header).content();
        return OwnedObject.settle(
                () -> writer.store().putIfAbsent(key.objectKey(), content),
                answer -> readBack(key, answer),
                stored -> stored.kind() == SegmentKind.SEAL,
                writer.options().retries(environment).withAttemptsMax(SEAL_ATTEMPTS_MAX));
    }

    /**
     * The attempts to put one segment. One that hangs is left behind, and the same bytes are sent again beside it; what it
     * is answered later counts, else a store that is always slower than the timeout would never be believed.
     */
    private static final class Attempts
    {
        private final WalWriter writer;
        private final EncodedSegment segment;
        private final List<CompletableFuture<PutOutcome>> hanging = new ArrayList<>();
        private long refusedSince;
        private boolean refused;

        private Attempts(WalWriter writer, EncodedSegment segment)
        {
            this.writer = writer;
            this.segment = segment;
        }

        /**
         * A refusal is no outcome. A store that refuses for long ends the writer, and so the attempts.
         */
        PutOutcome put()
                throws InterruptedException
        {
            CompletableFuture<PutOutcome> attempt = next();
            try {
                PutOutcome outcome = attempt.get(writer.options().attemptTimeout().toNanos(), TimeUnit.NANOSECONDS);
                refused = false;
                return outcome;
            }
            catch (TimeoutException e) {
                refused = false;
                hanging.add(attempt);
                return PutOutcome.UNKNOWN;
            }
            catch (ExecutionException e) {
                refused(e.getCause() == null ? e : e.getCause());
                return PutOutcome.UNKNOWN;
            }
        }

        private void refused(Throwable refusal)
        {
            long now = writer.environment().nanoTime().getAsLong();
            refusedSince = refused ? refusedSince : now;
            refused = true;
            if (now - refusedSince >= writer.options().hopelessAfter().toNanos()) {
                writer.fail(new WalException(
                        UNAVAILABLE,
                        "Cannot write segment %s: the store refuses it since %s".formatted(segment.footer().header().key().objectKey(), writer.options().hopelessAfter()),
                        refusal));
            }
        }

        private CompletableFuture<PutOutcome> next()
        {
            for (int i = 0; i < hanging.size(); i++) {
                if (hanging.get(i).isDone()) {
                    return hanging.remove(i);
                }
            }
            return hanging.size() < HANGING_ATTEMPTS_MAX
                    ? CompletableFuture.supplyAsync(() -> writer.store().putIfAbsent(segment.footer().header().key().objectKey(), segment.content()), writer.environment().executor())
                    : hanging.remove(0);
        }
    }
}
