package io.icegate.receiver.ingest;

import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * The way of a logs request from its bytes to its acknowledgement: recognise a repetition, decode, append to the lane of
 * the table, answer when durable. There is no other way to a success.
 */
public final class LogsIngest
        implements LogsHandler
{
    private static final String SIGNAL = "logs";
    /**
     * Bytes of decoded rows beside each byte of a request.
     */
    private static final int DECODED_BYTES_PER_BYTE = 2;
    private static final Duration RETRY_MIN = Duration.ofSeconds(1);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);

    private final Admission admission;
    private final RandomGenerator random;
    private final IngestMetrics metrics;
    private volatile Target target = new Closed("the receiver is starting");

    /**
     * Where requests go at the moment.
     */
    public sealed interface Target {}

    /**
     * @param dedup false when repetitions are not to be recognised
     */
    public record Open(Lane lane, RequestDecoder decoder, BatchIds ids, RecentBatches recent, boolean dedup)
            implements Target
    {
        public Open
        {
            requireNonNull(lane, "lane is null");
            requireNonNull(decoder, "decoder is null");
            requireNonNull(ids, "ids is null");
            requireNonNull(recent, "recent is null");
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

    public LogsIngest(Admission admission, RandomGenerator random, IngestMetrics metrics)
    {
        this.admission = requireNonNull(admission, "admission is null");
        this.random = requireNonNull(random, "random is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        admission.whenEnded(this::requestEnded);
    }

    private void requestEnded()
    {
        if (target instanceof Open open) {
            open.lane().requestEnded();
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
        this.target = requireNonNull(target, "target is null");
    }

    public boolean isOpen()
    {
        return target instanceof Open;
    }

    @Override
    public void checkOpen()
    {
        open();
    }

    private Open open()
    {
        return switch (target) {
            case Open open -> open;
            case Closed closed -> throw new RefusedException(Refusal.DRAINING, "Cannot accept request now: " + closed.reason());
        };
    }

    @Override
    public CompletableFuture<Acknowledgement> export(IngestRequest request)
    {
        boolean handedOver = false;
        try {
            Open open = open();
            if (request.body().length == 0) {
                return CompletableFuture.completedFuture(Acknowledgement.FULL);
            }
            BatchId id = open.dedup() ? open.ids().ofContent(request.tenant(), SIGNAL, request.idempotencyKey(), request.body()) : open.ids().unique();
            Optional<CompletableFuture<Acknowledgement>> known = open.recent().find(id);
            if (known.isPresent()) {
                metrics.deduplicated();
                return within(known.orElseThrow(), request.deadlineNanos());
            }
            DecodedRequest decoded = open.decoder().decode(request.body(), request.encoding(), id, request.tenant());
            LogBatch logs = decoded.batch();
            if (logs.rows().isEmpty()) {
                return CompletableFuture.completedFuture(decoded.acknowledgement());
            }
            holdDecoded(request.ticket(), logs);
            CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
            if (isRecognisable(request, logs)) {
                Optional<CompletableFuture<Acknowledgement>> winner = open.recent().claim(id, answer);
                if (winner.isPresent()) {
                    metrics.deduplicated();
                    return within(winner.orElseThrow(), request.deadlineNanos());
                }
            }
            else {
                logs = logs.withId(open.ids().unique());
            }
            handedOver = true;
            append(open.lane(), new DecodedRequest(logs, decoded.acknowledgement()), request.ticket(), answer);
            return within(answer, request.deadlineNanos());
        }
        finally {
            if (!handedOver) {
                request.ticket().close();
            }
        }
    }

    /**
     * Rows take more memory than their bytes on the wire; a request that fits alone is never refused for that.
     */
    private void holdDecoded(Admission.Ticket ticket, LogBatch logs)
    {
        ticket.add(Math.clamp(logs.requestBytes() * DECODED_BYTES_PER_BYTE, 0, admission.budgetBytes() - ticket.heldBytes()));
    }

    private void append(Lane lane, DecodedRequest decoded, Admission.Ticket ticket, CompletableFuture<Acknowledgement> answer)
    {
        LogBatch logs = decoded.batch();
        long startNanos = System.nanoTime();
        CompletableFuture<Void> durable;
        try {
            durable = lane.append(logs);
        }
        catch (RuntimeException | Error e) {
            durable = CompletableFuture.failedFuture(e);
        }
        durable.whenComplete((_, failure) -> {
            ticket.close();
            if (failure == null) {
                metrics.accepted(logs.rowCount(), logs.requestBytes(), Duration.ofNanos(System.nanoTime() - startNanos));
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
    private static boolean isRecognisable(IngestRequest request, LogBatch logs)
    {
        return !request.idempotencyKey().isEmpty() ||
                logs.rows().stream().anyMatch(row -> row.timeUnixNano() != 0 || row.observedTimeUnixNano() != 0);
    }

    /**
     * The same answer, but not later than the deadline; the batch stays on its way.
     */
    private static CompletableFuture<Acknowledgement> within(CompletableFuture<Acknowledgement> answer, long deadlineNanos)
    {
        if (answer.isDone()) {
            return answer;
        }
        return answer.copy()
                .orTimeout(Math.max(deadlineNanos - System.nanoTime(), 1), NANOSECONDS)
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
                    if (cause instanceof TimeoutException) {
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
        long base = RETRY_MIN.toMillis() + Math.round(load * 4 * RETRY_MIN.toMillis());
        return Math.clamp(Math.round(base * random.nextDouble(1, 1.5)), RETRY_MIN.toMillis(), RETRY_MAX.toMillis());
    }

    @Override
    public void refused(Refusal refusal)
    {
        metrics.refused(refusal);
    }
}
