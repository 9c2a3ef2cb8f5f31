package io.icegate.receiver.otlp;

import io.icegate.receiver.decode.DecodedRequest;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No request crashes the receiver, holds it, or is answered with an error that is not the client's, and of what is accepted
 * no record is missing. {@code -Dicegate.fuzz-seconds} sets for how long requests are tried; {@code -Plong} tries ten million.
 * {@code -Dicegate.seed} begins with a seed.
 */
final class TestFuzz
{
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("icegate.fuzz-seconds", 8));
    private static final long INPUTS = Long.getLong("icegate.fuzz-inputs", Long.MAX_VALUE);
    private static final long SEED = Long.getLong("icegate.seed", 1);
    /**
     * Far more than any request takes on any machine.
     */
    private static final Duration INPUT_DEADLINE = Duration.ofSeconds(30);
    private static final Duration CONTROL_TIME = Duration.ofSeconds(60);
    private static final int ENOUGH = 100;

    @Test
    void testRequestsOfAnyKind()
            throws Exception
    {
        FuzzRun.Report report = new FuzzRun(decoder -> decoder, INPUT_DEADLINE, SEED).run(TIME, INPUTS);
        System.out.printf(
                "fuzz: first seed=%s inputs=%s accepted=%s compared=%s slowest=%s ms%n",
                SEED,
                report.inputs(),
                report.accepted(),
                report.compared(),
                report.slowest().toMillis());
        assertThat(report.failure()).isEmpty();
        assertThat(report.inputs()).isGreaterThanOrEqualTo(INPUTS == Long.MAX_VALUE ? ENOUGH : INPUTS);
        assertThat(report.compared()).isGreaterThan(report.inputs() / 20);
        assertThat(report.accepted()).isLessThan(report.inputs() - report.inputs() / 20);
    }

    /**
     * Each kind of fault, on one request of some hundred, is found and named.
     */
    @Test
    void testFaultsAreSeen()
            throws Exception
    {
        assertSeen(INPUT_DEADLINE, "IllegalStateException: crash", (_, _) -> {
            throw new IllegalStateException("crash");
        });
        assertSeen(INPUT_DEADLINE, "StackOverflowError", (_, bytes) -> endless(bytes));
        assertSeen(INPUT_DEADLINE, "Refused as UNAVAILABLE", (_, _) -> {
            throw new RefusedException(Refusal.UNAVAILABLE, "Cannot accept request now: internal error");
        });
        assertSeen(INPUT_DEADLINE, "records were accepted or rejected", (decoded, _) -> new DecodedRequest(decoded.batch(), new Acknowledgement(decoded.acknowledgement().rejectedRecords() + 1, "")));
        assertSeen(Duration.ofSeconds(1), "hangs since PT1S", (_, bytes) -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            throw new IllegalStateException("too late for %s bytes".formatted(bytes));
        });
    }

    private interface Fault
    {
        DecodedRequest apply(DecodedRequest decoded, int bytes);
    }

    private static void assertSeen(Duration inputDeadline, String text, Fault fault)
            throws Exception
    {
        UnaryOperator<RequestDecoder> faulty = decoder -> (payload, encoding, id, tenant) -> {
            DecodedRequest decoded = decoder.decode(payload, encoding, id, tenant);
            return payload.length % 100 == 1 ? fault.apply(decoded, payload.length) : decoded;
        };
        FuzzRun.Report report = new FuzzRun(faulty, inputDeadline, 1).run(CONTROL_TIME, Long.MAX_VALUE);
        assertThat(report.failure()).hasValueSatisfying(failure -> assertThat(failure).contains(text, "seed="));
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static DecodedRequest endless(int bytes)
    {
        return endless(bytes + 1);
    }
}
