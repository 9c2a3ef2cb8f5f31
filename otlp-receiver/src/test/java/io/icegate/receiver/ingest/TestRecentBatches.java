package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.wal.BatchId;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRecentBatches
{
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private static final UUID TABLE = new UUID(0, 1);

    private final AtomicLong clock = new AtomicLong();
    private final RecentBatches recent = new RecentBatches(WINDOW, 2, clock::get);

    @Test
    void testFirstClaimWins()
    {
        CompletableFuture<Acknowledgement> first = new CompletableFuture<>();
        assertThat(recent.claim(TABLE, id(1), first)).isEmpty();
        assertThat(recent.claim(TABLE, id(1), new CompletableFuture<>())).containsSame(first);
        assertThat(recent.find(TABLE, id(1))).containsSame(first);
        assertThat(recent.find(TABLE, id(2))).isEmpty();
        assertThat(recent.find(new UUID(0, 2), id(1))).as("another table of the same name").isEmpty();
    }

    @Test
    void testTheSameAnswerAgain()
    {
        Acknowledgement warning = new Acknowledgement(0, "clamped");
        CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
        recent.claim(TABLE, id(1), answer);
        answer.complete(warning);
        assertThat(recent.find(TABLE, id(1)).orElseThrow().join()).isEqualTo(warning);
    }

    @Test
    void testAFailedBatchCanBeSentAgain()
    {
        CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
        recent.claim(TABLE, id(1), answer);
        answer.completeExceptionally(new RefusedException(Refusal.UNAVAILABLE, "no"));
        assertThat(recent.find(TABLE, id(1))).isEmpty();
        assertThat(recent.claim(TABLE, id(1), new CompletableFuture<>())).isEmpty();
    }

    @Test
    void testWindowBeginsWithTheAcknowledgement()
    {
        CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
        recent.claim(TABLE, id(1), answer);
        clock.addAndGet(WINDOW.toNanos() * 2);
        assertThat(recent.find(TABLE, id(1))).as("on its way").isPresent();
        answer.complete(Acknowledgement.FULL);
        clock.addAndGet(WINDOW.toNanos());
        assertThat(recent.find(TABLE, id(1))).as("at the end of the window").isPresent();
        clock.addAndGet(1);
        assertThat(recent.find(TABLE, id(1))).as("after it").isEmpty();
        assertThat(recent.size()).isZero();
    }

    @Test
    void testBound()
    {
        for (int i = 1; i <= 3; i++) {
            recent.claim(TABLE, id(i), CompletableFuture.completedFuture(Acknowledgement.FULL));
        }
        assertThat(recent.size()).isEqualTo(2);
        assertThat(recent.find(TABLE, id(1))).isEmpty();
        assertThat(recent.find(TABLE, id(2))).isPresent();
        assertThat(recent.find(TABLE, id(3))).isPresent();
    }

    private static BatchId id(long number)
    {
        return new BatchId(0, number);
    }
}
