package io.icegate.receiver.ingest;

import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.ingest.SegmentSink.StoredSegment;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.Attributes;
import io.icegate.schema.LogRow;
import io.icegate.schema.ResourceValues;
import io.icegate.schema.ScopeValues;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.RowBatch;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings("NullAway") // does not see in class files that an array component is @Nullable
final class TestSignalIngest
{
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int SEGMENT_BYTES = 1_000;

    private final AtomicLong clock = new AtomicLong();
    private final Lease lease = new Lease(BOUND, clock::get, clock.get());
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T00:00:00Z"));
    private final Admission admission = new Admission(1_000_000, now::get);
    private final SignalIngest ingest = new SignalIngest("logs", admission, new TenantQuotas(TenantQuotas.Limits.NONE, admission.budgetBytes(), System::nanoTime), new Random(1), IngestMetrics.NONE);
    private final AtomicInteger decoded = new AtomicInteger();
    private final BlockingQueue<CompletableFuture<StoredSegment>> segments = new LinkedBlockingQueue<>();
    private final List<Instant> accepted = new CopyOnWriteArrayList<>();

    TestSignalIngest()
    {
        SegmentBatcher batcher = new SegmentBatcher(
                this::append,
                new WindowPolicy(Duration.ofMillis(5), OptionalDouble.empty(), System::nanoTime),
                new SegmentBatcher.Limits(SEGMENT_BYTES, 1_000, 4),
                admission::openRequests,
                IngestMetrics.NONE,
                () -> {});
        Repetitions repetitions = new Repetitions(new BatchIds(7, new Random(1)), new RecentBatches(Duration.ofMinutes(15), 1_000, clock::get), true);
        ingest.target(new SignalIngest.Open(
                new UUID(0, 1),
                batcher,
                this::decode,
                repetitions,
                lease));
        batcher.start();
    }

    private DecodedRequest decode(byte[] payload, Encoding encoding, BatchId id, String tenant)
    {
        decoded.incrementAndGet();
        return new DecodedRequest(new LogBatch(id, tenant, List.of(row()), payload.length), Acknowledgement.FULL);
    }

    /**
     * The thread that asks the catalog may hang; nobody but the path that acknowledges looks at the clock here.
     */
    @Test
    void testNothingIsAcknowledgedBeyondTheLease()
            throws Exception
    {
        CompletableFuture<Acknowledgement> atTheBound = export(1);
        clock.addAndGet(BOUND.toNanos());
        durable();
        assertThat(atTheBound.get(60, SECONDS)).isEqualTo(Acknowledgement.FULL);
        assertThat(ingest.closedReason()).isEmpty();

        CompletableFuture<Acknowledgement> past = export(2);
        CompletableFuture<Acknowledgement> repeated = export(2);
        clock.addAndGet(1);
        durable();
        assertRefused(past);
        assertRefused(repeated);
        assertThatThrownBy(() -> export(3)).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAVAILABLE));
        assertThatThrownBy(() -> export(1)).as("also not what was acknowledged before").isInstanceOf(RefusedException.class);
        assertThat(ingest.closedReason()).hasValue("the catalog has not confirmed the table for 60 s");
        assertThat(admission.openRequests()).isZero();

        lease.renew(clock.get());
        CompletableFuture<Acknowledgement> again = export(2);
        durable();
        assertThat(again.get(60, SECONDS)).as("what was refused can be sent again").isEqualTo(Acknowledgement.FULL);
    }

    /**
     * Copies are told from others by the time at which the request was let in, not by that of its segment.
     */
    @Test
    void testE4TimeOfAcceptanceGoesWithTheBatch()
            throws Exception
    {
        Instant letIn = now.get();
        Admission.Ticket ticket = admission.admit(1);
        // its body comes slowly
        now.set(letIn.plusSeconds(2));
        CompletableFuture<Acknowledgement> slow = ingest.export(new IngestRequest("acme", Encoding.PROTOBUF, "", new byte[] {1}, ticket, System.nanoTime() + SECONDS.toNanos(60)));
        durable();
        slow.get(60, SECONDS);
        CompletableFuture<Acknowledgement> next = export(2);
        durable();
        next.get(60, SECONDS);

        assertThat(accepted).containsExactly(letIn, letIn.plusSeconds(2));
    }

    /**
     * A second way into the table takes memory of its own, waits for the same segments, and ends with the first.
     */
    @Test
    void testBesideSharesTheTableOnly()
            throws Exception
    {
        Admission own = new Admission(10);
        ExportHandler beside = ingest.beside(own, new TenantQuotas(TenantQuotas.Limits.NONE, own.budgetBytes(), System::nanoTime), IngestMetrics.NONE);
        beside.checkOpen("icegate", System.nanoTime() + SECONDS.toNanos(60));
        CompletableFuture<Acknowledgement> answer = beside.export(new IngestRequest("icegate", Encoding.PROTOBUF, "", new byte[] {1}, own.admit(1), System.nanoTime() + SECONDS.toNanos(60)));
        assertThat(own.usedBytes()).isPositive();
        assertThat(admission.usedBytes()).isZero();
        assertThat(admission.openRequests()).isZero();
        durable();
        assertThat(answer.get(60, SECONDS)).isEqualTo(Acknowledgement.FULL);
        assertThat(own.usedBytes()).isZero();
        ingest.target(new SignalIngest.Closed("the table is gone"));
        assertThatThrownBy(() -> beside.checkOpen("icegate", System.nanoTime() + SECONDS.toNanos(60))).hasMessage("Cannot accept request now: the table is gone");
    }

    @Test
    void testALateAnswerRenewsFromWhenItWasAskedFor()
    {
        clock.addAndGet(BOUND.toNanos());
        lease.renew(clock.get() - 10);
        lease.renew(clock.get() - 20);
        clock.addAndGet(BOUND.toNanos() - 10);
        assertThat(lease.isHeld()).isTrue();
        clock.addAndGet(1);
        assertThat(lease.isHeld()).isFalse();
    }

    /**
     * Four segments are on their way, one waits, and nothing ends.
     */
    @Test
    void testWhatWouldBeTooLateIsRefusedBeforeItIsDecoded()
            throws Exception
    {
        long later = System.nanoTime() + SECONDS.toNanos(60);
        long passed = System.nanoTime();
        List<CompletableFuture<StoredSegment>> onTheirWay = fourOnTheirWay(later);
        CompletableFuture<Acknowledgement> waiting = export(5, SEGMENT_BYTES, later);
        int decodedBefore = decoded.get();
        assertThatThrownBy(() -> export(6, SEGMENT_BYTES, passed)).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.refusal()).isEqualTo(Refusal.OVERLOADED);
            assertThat(e.retryMillis()).isPresent();
            assertThat(e.retryMillis().getAsLong()).isBetween(1_000L, 5_000L);
        });
        assertThat(decoded).hasValue(decodedBefore);
        assertThat(admission.openRequests()).isEqualTo(5);
        assertThatThrownBy(() -> export(5, SEGMENT_BYTES, passed).get(60, SECONDS))
                .as("what waits already is not new")
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TOO_LATE));
        CompletableFuture<Acknowledgement> patient = export(7, SEGMENT_BYTES, later);
        onTheirWay.forEach(segment -> segment.complete(new StoredSegment(1, 1, Duration.ZERO)));
        durable();
        durable();
        assertThat(waiting.get(60, SECONDS)).isEqualTo(Acknowledgement.FULL);
        assertThat(patient.get(60, SECONDS)).isEqualTo(Acknowledgement.FULL);
        CompletableFuture<Acknowledgement> late = export(6, SEGMENT_BYTES, passed);
        assertThatThrownBy(() -> late.get(60, SECONDS)).as("nothing waits: it is stored, and what is sent again finds it").cause().isInstanceOf(RefusedException.class);
        durable();
        assertThat(export(6, SEGMENT_BYTES, later).get(60, SECONDS)).isEqualTo(Acknowledgement.FULL);
    }

    /**
     * Unless it may be something that waits already: only its bytes tell.
     */
    @Test
    void testWhatWouldBeTooLateIsRefusedBeforeItIsRead()
            throws Exception
    {
        long later = System.nanoTime() + SECONDS.toNanos(60);
        long passed = System.nanoTime();
        List<CompletableFuture<StoredSegment>> onTheirWay = fourOnTheirWay(later);
        ingest.checkOpen("acme", passed);
        export(5, SEGMENT_BYTES, later);
        assertThatThrownBy(() -> ingest.checkOpen("acme", passed)).isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.OVERLOADED));
        ingest.checkOpen("acme", later);
        CompletableFuture<Acknowledgement> late = export(5, SEGMENT_BYTES, passed);
        assertThatThrownBy(() -> late.get(60, SECONDS)).cause().isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.TOO_LATE));
        ingest.checkOpen("acme", passed);
        onTheirWay.forEach(segment -> segment.complete(new StoredSegment(1, 1, Duration.ZERO)));
    }

    /**
     * Exports the requests 1 to 4, each of which is a segment that is being stored.
     */
    private List<CompletableFuture<StoredSegment>> fourOnTheirWay(long deadlineNanos)
            throws InterruptedException
    {
        List<CompletableFuture<StoredSegment>> onTheirWay = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            export(number, SEGMENT_BYTES, deadlineNanos);
            onTheirWay.add(requireNonNull(segments.poll(60, SECONDS), "no segment"));
        }
        return onTheirWay;
    }

    @Test
    void testWithoutMemoryForItsRowsARequestIsNotDecoded()
    {
        Admission.Ticket others = admission.admit(admission.budgetBytes() - 2 * SEGMENT_BYTES);
        assertThatThrownBy(() -> export(1, SEGMENT_BYTES, System.nanoTime() + SECONDS.toNanos(60)))
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.OVERLOADED));
        assertThat(decoded).hasValue(0);
        others.close();
        assertThat(admission.usedBytes()).isZero();
    }

    /**
     * However busy it is.
     */
    @Test
    void testClientsAreNotAskedToWaitLongerThanTheyDo()
    {
        for (double load : new double[] {0, 0.5, 1}) {
            try (Admission.Ticket ticket = admission.admit((long) (load * admission.budgetBytes()))) {
                for (int i = 0; i < 100; i++) {
                    assertThat(ingest.retryMillis()).as("with %s bytes", ticket.heldBytes()).isBetween(1_000L, 5_000L);
                }
            }
        }
    }

    private CompletableFuture<StoredSegment> append(List<RowBatch> batches)
    {
        CompletableFuture<StoredSegment> stored = new CompletableFuture<>();
        batches.forEach(batch -> accepted.add(Instant.ofEpochMilli(batch.acceptedMillis())));
        segments.add(stored);
        return stored;
    }

    private void durable()
            throws InterruptedException
    {
        requireNonNull(segments.poll(60, SECONDS), "no segment").complete(new StoredSegment(1, 1, Duration.ZERO));
    }

    private CompletableFuture<Acknowledgement> export(int number)
    {
        return export(number, 1, System.nanoTime() + SECONDS.toNanos(60));
    }

    private CompletableFuture<Acknowledgement> export(int number, int bytes, long deadlineNanos)
    {
        byte[] body = new byte[bytes];
        body[0] = (byte) number;
        return ingest.export(new IngestRequest("acme", Encoding.PROTOBUF, "", body, admission.admit(bytes), deadlineNanos));
    }

    private static void assertRefused(CompletableFuture<Acknowledgement> answer)
    {
        assertThatThrownBy(() -> answer.get(60, SECONDS))
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAVAILABLE))
                .hasMessageContaining("the catalog has not confirmed the table for 60 s");
    }

    private static LogRow row()
    {
        return new LogRow(ResourceValues.EMPTY, ScopeValues.EMPTY, 1, 1, 1_000, 0, 0, null, null, null, null, null, 0, Attributes.EMPTY, 0, null);
    }
}
