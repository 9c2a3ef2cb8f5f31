package io.icegate.receiver.ingest;

import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.RowBatch;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Handles the export requests of one signal. Drops one if the same batch is already stored; otherwise decodes it, appends it
 * to the table's next segment and acknowledges it once that is durable. There is no other way to a success.
 */
public final class SignalIngest
        implements ExportHandler
{
    /**
     * Bytes of decoded rows beside each byte of a request.
     */
    private static final int DECODED_BYTES_PER_BYTE = 2;
    /**
     * A request is accepted when the time it has is this many times what others waited. Half of them waited longer, and the
     * answer has to travel.
     */
    private static final int WAIT_MARGIN = 2;
    /**
     * How long what was answered too late is sent again. Only its bytes show that it is known, and perhaps stored by now, so
     * that for this time requests are read before they are refused.
     */
    private static final Duration REPEATS = Duration.ofSeconds(60);
    private static final Duration RETRY_MIN = Duration.ofSeconds(1);
    /**
     * Longest time that a client is asked to wait. Exporters in JavaScript and Python give up at once when it is more than they
     * have left: of their 10 s, an answer may have taken 3 s.
     */
    public static final Duration RETRY_MAX = Duration.ofSeconds(5);

    private final String signal;
    private final Admission admission;
    private final TenantQuotas quotas;
    private final RandomGenerator random;
    private final IngestMetrics metrics;
    private final Aim aim;
    private volatile long repeatsEndNanos = System.nanoTime();

    /**
     * Where requests go at the moment.
     */
    public sealed interface Target {}

    /**
     * The target of all ways into one table.
     */
    private static final class Aim
    {
        private volatile Target target;

        private Aim(Target target)
        {
            this.target = target;
        }
    }

    /**
     * @param table that the batcher's segments belong to
     * @param lease without which nothing is acknowledged
     */
    public record Open(UUID table, SegmentBatcher batcher, RequestDecoder decoder, Repetitions repetitions, Lease lease)
            implements Target
    {
        public Open
        {
            requireNonNull(table, "table is null");
            requireNonNull(batcher, "batcher is null");
            requireNonNull(decoder, "decoder is null");
            requireNonNull(repetitions, "repetitions is null");
            requireNonNull(lease, "lease is null");
        }
    }

    /**
     * @param reason told to clients
     */
    public record Closed(String reason)
            implements Target
    {
        public Closed
        {
            requireNonNull(reason, "reason is null");
        }
    }

    /**
     * @param signal part of the ids of batches
     * @param admission shared by all signals
     * @param quotas shared by all signals
     */
    public SignalIngest(String signal, Admission admission, TenantQuotas quotas, RandomGenerator random, IngestMetrics metrics)
    {
        this(signal, admission, quotas, random, metrics, new Aim(new Closed("the receiver is starting")));
    }

    private SignalIngest(String signal, Admission admission, TenantQuotas quotas, RandomGenerator random, IngestMetrics metrics, Aim aim)
    {
        this.signal = requireNonNull(signal, "signal is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.quotas = requireNonNull(quotas, "quotas is null");
        this.random = requireNonNull(random, "random is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.aim = requireNonNull(aim, "aim is null");
        admission.whenEnded(this::requestEnded);
    }

    /**
     * Another way into the same table, always: one that shares neither memory nor quotas nor counts with this one.
     */
    public ExportHandler beside(Admission otherAdmission, TenantQuotas otherQuotas, IngestMetrics otherMetrics)
    {
        return new SignalIngest(signal, otherAdmission, otherQuotas, random, otherMetrics, aim);
    }

    private void requestEnded()
    {
        if (aim.target instanceof Open open) {
            open.batcher().requestEnded();
        }
    }

    /**
     * Requests that are being received, or wait for an acknowledgement.
     */
    public int openRequests()
    {
        return admission.openRequests();
    }

    public void target(Target target)
    {
        aim.target = requireNonNull(target, "target is null");
    }

    /**
     * Why no request is accepted now; empty when requests are accepted.
     */
    public Optional<String> closedReason()
    {
        return switch (aim.target) {
            case Open open -> open.lease().isHeld() ? Optional.empty() : Optional.of(unconfirmed(open.lease()));
            case Closed closed -> Optional.of(closed.reason());
        };
    }

    private static String unconfirmed(Lease lease)
    {
        return "the catalog has not confirmed the table for %s s".formatted(lease.bound().toSeconds());
    }

    @Override
    public void arrived(@Nullable String userAgent)
    {
        metrics.arrived(userAgent);
    }

    @Override
    public void checkOpen(String tenant, long deadlineNanos)
    {
        Open open = open();
        quotas.check(tenant);
        if (System.nanoTime() - repeatsEndNanos > 0) {
            requireInTime(open.batcher().expectedWait(), deadlineNanos);
        }
    }

    private Open open()
    {
        return switch (aim.target) {
            case Open open when open.lease().isHeld() -> open;
            case Open open -> throw unavailable(unconfirmed(open.lease()));
            case Closed closed -> throw new RefusedException(Refusal.DRAINING, "Cannot accept request now: " + closed.reason());
        };
    }

    private static RefusedException unavailable(String reason)
    {
        return new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: " + reason);
    }

    @Override
    public CompletableFuture<Acknowledgement> export(IngestRequest request)
    {
        long readNanos = System.nanoTime();
        boolean handedOver = false;
        try {
            Open open = open();
            if (request.body().length == 0) {
                return CompletableFuture.completedFuture(Acknowledgement.FULL);
            }
            Repetitions repetitions = open.repetitions();
            BatchId id = repetitions.id(request, signal);
            Optional<CompletableFuture<Acknowledgement>> known = repetitions.recent().find(open.table(), id);
            if (known.isPresent()) {
                metrics.deduplicated();
                return within(known.orElseThrow(), request.deadlineNanos());
            }
            requireInTime(open.batcher().expectedWait(), request.deadlineNanos());
            holdDecoded(request);
            request.ticket().whenClosed(quotas.take(request.tenant(), (1L + DECODED_BYTES_PER_BYTE) * request.body().length, request.body().length));
            DecodedRequest decoded = open.decoder().decode(request.body(), request.encoding(), id, request.tenant());
            RowBatch batch = decoded.batch();
            if (batch.rowCount() == 0) {
                return CompletableFuture.completedFuture(decoded.acknowledgement());
            }
            quotas.records(request.tenant(), batch.rowCount());
            CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
            if (isRecognisable(request, batch)) {
                Optional<CompletableFuture<Acknowledgement>> winner = repetitions.recent().claim(open.table(), id, answer);
                if (winner.isPresent()) {
                    metrics.deduplicated();
                    return within(winner.orElseThrow(), request.deadlineNanos());
                }
            }
            else {
                id = repetitions.ids().unique();
            }
            batch = batch.admitted(id, request.ticket().accepted().toEpochMilli());
            handedOver = true;
            append(open, new DecodedRequest(batch, decoded.acknowledgement()), request.ticket(), readNanos, answer);
            return within(answer, request.deadlineNanos());
        }
        finally {
            if (!handedOver) {
                request.ticket().close();
            }
        }
    }

    /**
     * Refuses what would be answered too late anyway, before it costs anything more.
     */
    private void requireInTime(Duration wait, long deadlineNanos)
    {
        if (!wait.isZero() && wait.toNanos() * WAIT_MARGIN > deadlineNanos - System.nanoTime()) {
            throw new RefusedException(
                    Refusal.OVERLOADED,
                    "Cannot accept request now: the receiver is overloaded, it would be durable in %s ms and not in time; send it again later".formatted(wait.toMillis()),
                    OptionalLong.of(jittered(wait.toMillis())));
        }
    }

    /**
     * Rows take more memory than their bytes on the wire. It is taken before they are decoded, so that an overloaded receiver
     * decodes nothing that it then has no place for. A request that fits alone is never refused for that.
     */
    private void holdDecoded(IngestRequest request)
    {
        Admission.Ticket ticket = request.ticket();
        ticket.add(Math.clamp((long) request.body().length * DECODED_BYTES_PER_BYTE, 0, admission.budgetBytes() - ticket.heldBytes()));
    }

    private void append(Open open, DecodedRequest decoded, Admission.Ticket ticket, long readNanos, CompletableFuture<Acknowledgement> answer)
    {
        RowBatch batch = decoded.batch();
        long startNanos = System.nanoTime();
        CompletableFuture<Void> durable;
        try {
            durable = open.batcher().append(batch, ticket.acceptedNanos());
        }
        catch (RuntimeException | Error e) {
            durable = CompletableFuture.failedFuture(e);
        }
        durable.whenComplete((_, failure) -> {
            ticket.close();
            if (failure == null && !open.lease().isHeld()) {
                // durable, but perhaps in a table that is gone; a copy of what is sent again is recognised by its batch id
                answer.completeExceptionally(unavailable(unconfirmed(open.lease())));
            }
            else if (failure == null) {
                long now = System.nanoTime();
                metrics.accepted(batch.rowCount(), batch.requestBytes(), Duration.ofNanos(now - readNanos), Duration.ofNanos(now - startNanos));
                answer.complete(decoded.acknowledgement());
            }
            else {
                answer.completeExceptionally(failure);
            }
        });
    }

    /**
     * A constant payload without any time is sent on purpose, not by a retry, unless the client says otherwise.
     */
    private static boolean isRecognisable(IngestRequest request, RowBatch batch)
    {
        return !request.idempotencyKey().isEmpty() || batch.times().anyGiven();
    }

    /**
     * The same answer, but not later than the deadline; the batch stays on its way.
     */
    private CompletableFuture<Acknowledgement> within(CompletableFuture<Acknowledgement> answer, long deadlineNanos)
    {
        if (answer.isDone()) {
            return answer;
        }
        return answer.copy()
                .orTimeout(Math.max(deadlineNanos - System.nanoTime(), 1), NANOSECONDS)
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
                    if (cause instanceof TimeoutException) {
                        repeatsEndNanos = System.nanoTime() + REPEATS.toNanos();
                        throw new RefusedException(Refusal.TOO_LATE, "Cannot acknowledge request in time: it is not durable yet; send the same bytes again");
                    }
                    throw new CompletionException(cause);
                });
    }

    /**
     * Grows with what is waiting, and differs from client to client so that they do not come back at once.
     */
    @Override
    public long retryMillis()
    {
        double load = (double) admission.usedBytes() / admission.budgetBytes();
        return jittered(RETRY_MIN.toMillis() + Math.round(load * 4 * RETRY_MIN.toMillis()));
    }

    private long jittered(long millis)
    {
        return Math.clamp(Math.round(millis * random.nextDouble(1, 1.5)), RETRY_MIN.toMillis(), RETRY_MAX.toMillis());
    }

    @Override
    public void refused(Refusal refusal)
    {
        metrics.refused(refusal);
    }
}
