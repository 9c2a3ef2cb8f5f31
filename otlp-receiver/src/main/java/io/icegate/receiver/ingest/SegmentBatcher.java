package io.icegate.receiver.ingest;

import io.airlift.log.Logger;
import io.icegate.receiver.ingest.SegmentSink.StoredSegment;
import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.WalException;
import io.icegate.wal.format.RowBatch;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Groups requests into segments of one table: those that arrive within a window share one, which is closed by age, bytes or
 * rows. At most a few segments are on their way at a time; while the next one waits for its turn it goes on growing. There
 * is no other queue: what may wait is bounded by {@link Admission}.
 *
 * <p>A request is complete when the sink says so, which it does in the order of segments. A batch that cannot be encoded
 * is found by halving its segment and fails alone.
 */
public final class SegmentBatcher
{
    /**
     * Longest time from the acceptance of a request until its segment is encoded. Its client gave up long before, sent it
     * again elsewhere, or never will, and what is stored later than this might be taken for another batch.
     */
    public static final Duration REQUEST_WAIT_MAX = Duration.ofSeconds(60);

    private static final Logger log = Logger.get(SegmentBatcher.class);

    private final SegmentSink sink;
    private final WindowPolicy window;
    private final Limits limits;
    private final IngestMetrics metrics;
    private final IntSupplier openRequests;
    private final Runnable whenBroken;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Group> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicReference<RefusedException> broken = new AtomicReference<>();
    private final ServiceTime service = new ServiceTime();
    private int inFlight;
    private boolean ending;

    /**
     * @param segmentBytes of requests
     */
    public record Limits(long segmentBytes, int segmentRows, int segmentsInFlight)
    {
        public Limits
        {
            if (segmentBytes <= 0 || segmentRows <= 0 || segmentsInFlight <= 0) {
                throw new IllegalArgumentException("Cannot fill segments with limits of %s bytes, %s rows, %s segments".formatted(segmentBytes, segmentRows, segmentsInFlight));
            }
        }
    }

    /**
     * When segments are closed.
     *
     * @param windowMax longest wait for more requests while there is budget for files
     * @param filesPerSecond absent when files cost nothing
     */
    public record Settings(Duration windowMax, OptionalDouble filesPerSecond, Limits limits)
    {
        public Settings
        {
            requireNonNull(windowMax, "windowMax is null");
            requireNonNull(filesPerSecond, "filesPerSecond is null");
            requireNonNull(limits, "limits is null");
        }
    }

    /**
     * What waits for its segment, and what is being uploaded.
     *
     * @param segmentsInFlight encoded or uploaded now
     */
    public record Load(long requests, long records, long bytes, int segmentsInFlight, Optional<WindowPolicy.FilesLeft> filesLeft)
    {
        public Load
        {
            requireNonNull(filesLeft, "filesLeft is null");
        }
    }

    /**
     * @param openRequests requests that are being received, or wait for an acknowledgement; {@link #requestEnded} tells when there are fewer
     * @param whenBroken told once when this batcher can accept nothing any more
     */
    public SegmentBatcher(SegmentSink sink, WindowPolicy window, Limits limits, IntSupplier openRequests, IngestMetrics metrics, Runnable whenBroken)
    {
        this.sink = requireNonNull(sink, "sink is null");
        this.window = requireNonNull(window, "window is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.openRequests = requireNonNull(openRequests, "openRequests is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.whenBroken = requireNonNull(whenBroken, "whenBroken is null");
    }

    public void start()
    {
        Thread.ofVirtual().name("segment-batcher").start(this::run);
    }

    /**
     * As {@link #append(RowBatch, long)} for a request that is let in now.
     */
    public CompletableFuture<Void> append(RowBatch batch)
    {
        return append(batch, System.nanoTime());
    }

    /**
     * Completes when the batch is durable, or with a {@link RefusedException}: nothing is stored then of a batch that waited
     * for {@link #REQUEST_WAIT_MAX}.
     *
     * @param acceptedNanos by {@link System#nanoTime}: when the request was let in
     */
    public CompletableFuture<Void> append(RowBatch batch, long acceptedNanos)
    {
        lock.lock();
        try {
            RefusedException failure = broken.get();
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            if (ending) {
                return CompletableFuture.failedFuture(new RefusedException(Refusal.DRAINING, "Cannot accept request now: the table is being closed"));
            }
            Group last = waiting.peekLast();
            if (last == null || !last.fits(batch, limits)) {
                last = new Group(System.nanoTime());
                waiting.add(last);
            }
            Pending pending = new Pending(batch, acceptedNanos, Origin.current(), new CompletableFuture<>());
            last.add(pending);
            changed.signalAll();
            return pending.durable();
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * How long a request that comes now waits until it is durable; zero when its segment is the next one, or has its turn
     * already. Such a request is accepted whatever the store does, else we would never learn that the store is fast again.
     */
    Duration expectedWait()
    {
        lock.lock();
        try {
            Group last = waiting.peekLast();
            int full = last == null || last.isFull(limits) ? waiting.size() : waiting.size() - 1;
            int ahead = full - Math.max(0, limits.segmentsInFlight() - inFlight);
            if (ahead <= 0) {
                return Duration.ZERO;
            }
            // segments end at the rate of those in flight per time of one; it begins when those ahead have begun, and takes its own
            long nanos = service.nanos(System.nanoTime());
            return Duration.ofNanos(nanos * (ahead + 1) / limits.segmentsInFlight() + nanos);
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * A request ended that may have kept a segment open: what waits may be complete now.
     */
    public void requestEnded()
    {
        lock.lock();
        try {
            if (!waiting.isEmpty()) {
                changed.signalAll();
            }
        }
        finally {
            lock.unlock();
        }
    }

    public Load load()
    {
        Optional<WindowPolicy.FilesLeft> filesLeft = window.filesLeft();
        lock.lock();
        try {
            return new Load(
                    waiting.stream().mapToLong(group -> group.pendings.size()).sum(),
                    waiting.stream().mapToLong(group -> group.rows).sum(),
                    waiting.stream().mapToLong(group -> group.bytes).sum(),
                    inFlight,
                    filesLeft);
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * Accepts nothing more, flushes, and completes when everything is durable or failed.
     */
    public CompletableFuture<Void> end()
    {
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        return ended;
    }

    /**
     * Fails everything that is not durable, now and later.
     */
    public void abandon(RefusedException reason)
    {
        tryAbandon(reason);
    }

    /**
     * True when no more requests can be accepted.
     */
    public boolean isBroken()
    {
        return broken.get() != null;
    }

    /**
     * False when that was done before.
     */
    private boolean tryAbandon(RefusedException reason)
    {
        List<Group> failed;
        lock.lock();
        try {
            if (!broken.compareAndSet(null, reason)) {
                return false;
            }
            failed = List.copyOf(waiting);
            waiting.clear();
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
        failed.forEach(group -> fail(group.pendings, reason));
        return true;
    }

    private void run()
    {
        try {
            while (true) {
                Group group = next();
                if (group == null) {
                    break;
                }
                start(group.pendings, () -> upload(group.pendings));
            }
            ended.complete(null);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(e);
        }
        catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    private void stop(Throwable cause)
    {
        broke(cause);
        ended.completeExceptionally(cause);
    }

    /**
     * The next group that is due and may be uploaded; null at the end.
     */
    private @Nullable Group next()
            throws InterruptedException
    {
        lock.lock();
        try {
            while (true) {
                long expiryNanos = expire(System.nanoTime());
                Group group = waiting.peek();
                if (group == null) {
                    if ((ending || broken.get() != null) && inFlight == 0) {
                        return null;
                    }
                    changed.await();
                    continue;
                }
                if (!ending && waiting.size() == 1 && !group.isFull(limits)) {
                    boolean complete = openRequests.getAsInt() <= group.pendings.size();
                    long leftNanos = window.closeNanos(group.openedNanos, complete) - System.nanoTime();
                    if (leftNanos > 0) {
                        changed.awaitNanos(leftNanos);
                        continue;
                    }
                }
                if (inFlight >= limits.segmentsInFlight()) {
                    changed.awaitNanos(expiryNanos);
                    continue;
                }
                if (inFlight == 0) {
                    service.began(System.nanoTime());
                }
                inFlight++;
                window.closed();
                return waiting.remove();
            }
        }
        finally {
            lock.unlock();
        }
    }

    /**
     * Gives up what waited too long. Returns the time until there may be more of it.
     */
    private long expire(long nowNanos)
    {
        List<Pending> expired = new ArrayList<>();
        long leftNanos = REQUEST_WAIT_MAX.toNanos();
        for (Group group : waiting) {
            leftNanos = Math.min(leftNanos, group.expire(nowNanos, expired));
        }
        waiting.removeIf(group -> group.pendings.isEmpty());
        if (!expired.isEmpty()) {
            RefusedException late = new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: the store does not answer, and it waited for %s s".formatted(REQUEST_WAIT_MAX.toSeconds()));
            // whoever waits for the answers must not find the lock held
            start(expired, () -> fail(expired, late));
        }
        return leftNanos;
    }

    /**
     * Works on a segment in a thread of its own, for whom its requests are from.
     */
    private static void start(List<Pending> pendings, Runnable work)
    {
        Origin origin = origin(pendings);
        Thread.ofVirtual().name("segment").start(() -> origin.run(work));
    }

    private static Origin origin(List<Pending> pendings)
    {
        return pendings.stream().allMatch(pending -> pending.origin() == Origin.SELF) ? Origin.SELF : Origin.CLIENT;
    }

    private void upload(List<Pending> pendings)
    {
        long startNanos = System.nanoTime();
        CompletableFuture<StoredSegment> stored;
        try {
            stored = sink.append(pendings.stream().map(Pending::batch).toList());
        }
        catch (RuntimeException | Error e) {
            stored = CompletableFuture.failedFuture(e);
        }
        stored.whenComplete((segment, failure) -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null) {
                window.uploaded(segment.upload());
                stored(startNanos);
                metrics.segment(new IngestMetrics.DurableSegment(origin(pendings), pendings.size(), segment.rows(), segment.bytes(), Duration.ofNanos(System.nanoTime() - startNanos), segment.upload()));
                pendings.forEach(pending -> pending.durable().complete(null));
                leave();
            }
            else if (cause instanceof NotEncodedException notEncoded) {
                start(pendings, () -> bisect(pendings, notEncoded));
            }
            else {
                fail(pendings, unavailable(cause));
                // first, so that what waits does not take the place that becomes free
                broke(cause);
                leave();
            }
        });
    }

    /**
     * Encodes the halves of a segment that could not be encoded, so that a batch that cannot be encoded fails alone.
     */
    private void bisect(List<Pending> pendings, NotEncodedException failure)
    {
        if (pendings.size() == 1) {
            log.error(failure, "Cannot encode a batch of %s rows", pendings.getFirst().batch().rowCount());
            fail(pendings, unavailable(failure));
            leave();
            return;
        }
        enter();
        int half = pendings.size() / 2;
        upload(new ArrayList<>(pendings.subList(0, half)));
        upload(new ArrayList<>(pendings.subList(half, pendings.size())));
    }

    private void stored(long startNanos)
    {
        lock.lock();
        try {
            service.ended(startNanos, System.nanoTime());
        }
        finally {
            lock.unlock();
        }
    }

    private void enter()
    {
        lock.lock();
        try {
            inFlight++;
        }
        finally {
            lock.unlock();
        }
    }

    private void leave()
    {
        lock.lock();
        try {
            inFlight--;
            changed.signalAll();
        }
        finally {
            lock.unlock();
        }
    }

    private void broke(Throwable cause)
    {
        if (tryAbandon(unavailable(cause))) {
            whenBroken.run();
        }
    }

    private static RefusedException unavailable(Throwable cause)
    {
        return new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: %s".formatted(reason(cause)), cause);
    }

    private static String reason(Throwable cause)
    {
        if (cause instanceof WalException wal) {
            return switch (wal.kind()) {
                case FENCED -> "this writer was replaced";
                case GAP, CORRUPT, UNAVAILABLE -> "the store does not answer";
            };
        }
        return "internal error";
    }

    private static void fail(List<Pending> pendings, RefusedException failure)
    {
        pendings.forEach(pending -> pending.durable().completeExceptionally(failure));
    }

    private record Pending(RowBatch batch, long acceptedNanos, Origin origin, CompletableFuture<Void> durable) {}

    /**
     * How long a segment takes from its turn until it is durable: the median of the last ones, or the time since the last
     * one when the store seems to stand still.
     */
    private static final class ServiceTime
    {
        private static final int SAMPLES = 7;

        private final long[] samples = new long[SAMPLES];
        private int count;
        private int next;
        private long lastNanos;

        private void began(long nowNanos)
        {
            lastNanos = nowNanos;
        }

        private void ended(long startNanos, long nowNanos)
        {
            samples[next] = nowNanos - startNanos;
            next = (next + 1) % SAMPLES;
            count = Math.min(count + 1, SAMPLES);
            lastNanos = nowNanos;
        }

        private long nanos(long nowNanos)
        {
            long[] sorted = Arrays.copyOf(samples, count);
            Arrays.sort(sorted);
            long median = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
            return Math.max(median, nowNanos - lastNanos);
        }
    }

    private static final class Group
    {
        private final long openedNanos;
        private final List<Pending> pendings = new ArrayList<>();
        private long oldestNanos; // acceptance of the first request
        private long bytes;
        private long rows;

        private Group(long openedNanos)
        {
            this.openedNanos = openedNanos;
        }

        private boolean fits(RowBatch batch, Limits limits)
        {
            return bytes + batch.requestBytes() <= limits.segmentBytes() && rows + batch.rowCount() <= limits.segmentRows();
        }

        private boolean isFull(Limits limits)
        {
            return bytes >= limits.segmentBytes() || rows >= limits.segmentRows();
        }

        /**
         * Moves what waited too long. Returns the time until there is more of it.
         */
        private long expire(long nowNanos, List<Pending> expired)
        {
            long leftNanos = left(oldestNanos, nowNanos);
            if (leftNanos > 0) {
                return leftNanos;
            }
            oldestNanos = nowNanos;
            for (Iterator<Pending> remaining = pendings.iterator(); remaining.hasNext(); ) {
                Pending pending = remaining.next();
                if (left(pending.acceptedNanos(), nowNanos) > 0) {
                    oldestNanos = older(oldestNanos, pending.acceptedNanos());
                }
                else {
                    remaining.remove();
                    expired.add(pending);
                    bytes -= pending.batch().requestBytes();
                    rows -= pending.batch().rowCount();
                }
            }
            return left(oldestNanos, nowNanos);
        }

        private static long left(long acceptedNanos, long nowNanos)
        {
            return REQUEST_WAIT_MAX.toNanos() - (nowNanos - acceptedNanos);
        }

        private static long older(long oneNanos, long otherNanos)
        {
            return oneNanos - otherNanos < 0 ? oneNanos : otherNanos;
        }

        private void add(Pending pending)
        {
            oldestNanos = pendings.isEmpty() ? pending.acceptedNanos() : older(oldestNanos, pending.acceptedNanos());
            pendings.add(pending);
            bytes += pending.batch().requestBytes();
            rows += pending.batch().rowCount();
        }
    }
}
