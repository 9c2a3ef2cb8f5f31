package io.icegate.alerting.deliver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
final class TestWorker
{
    @Test
    void testEndsAlthoughAStepSwallowsTheInterrupt()
            throws Exception
    {
        CountDownLatch began = new CountDownLatch(1);
        Worker worker = new Worker("test", () -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            }
            catch (InterruptedException _) {
                // as some clients do
            }
            return Duration.ofHours(1);
        });
        began.await();
        Instant start = Instant.now();
        worker.close();
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void testWakeEndsAPause()
            throws Exception
    {
        AtomicInteger steps = new AtomicInteger();
        try (Worker worker = new Worker("test", () -> {
            steps.incrementAndGet();
            return Duration.ofHours(1);
        })) {
            while (steps.get() < 1) {
                Thread.sleep(1);
            }
            worker.wake();
            while (steps.get() < 2) {
                Thread.sleep(1);
            }
        }
    }
}
