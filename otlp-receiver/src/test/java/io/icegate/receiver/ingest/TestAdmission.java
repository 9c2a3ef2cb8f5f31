package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestAdmission
{
    @Test
    void testBudgetIsHeldUntilClosed()
    {
        Admission admission = new Admission(100);
        Admission.Ticket first = admission.admit(60);
        Admission.Ticket second = admission.admit(40);
        assertThat(admission.usedBytes()).isEqualTo(100);
        assertRefused(() -> admission.admit(1), Refusal.OVERLOADED);
        first.close();
        first.close();
        assertThat(admission.usedBytes()).isEqualTo(40);
        second.add(60);
        assertRefused(() -> admission.admit(1), Refusal.OVERLOADED);
        second.close();
        assertThat(admission.usedBytes()).isZero();
    }

    @Test
    void testRefusedTopUpKeepsWhatIsHeld()
    {
        Admission admission = new Admission(100);
        Admission.Ticket other = admission.admit(50);
        Admission.Ticket ticket = admission.admit(40);
        assertRefused(() -> ticket.add(11), Refusal.OVERLOADED);
        assertThat(ticket.heldBytes()).isEqualTo(40);
        ticket.add(10);
        ticket.close();
        other.close();
        assertThat(admission.usedBytes()).isZero();
    }

    @Test
    void testTrimGivesBackWhatIsAbove()
    {
        Admission admission = new Admission(100);
        Admission.Ticket ticket = admission.admit(80);
        ticket.trim(90);
        assertThat(admission.usedBytes()).isEqualTo(80);
        ticket.trim(30);
        assertThat(ticket.heldBytes()).isEqualTo(30);
        assertThat(admission.usedBytes()).isEqualTo(30);
        ticket.close();
        assertThat(admission.usedBytes()).isZero();
    }

    @Test
    void testLargerThanTheBudgetIsFinal()
    {
        Admission admission = new Admission(100);
        admission.admit(100).close();
        assertRefused(() -> admission.admit(101), Refusal.TOO_LARGE);
        assertThat(admission.usedBytes()).isZero();
    }

    @Test
    void testOpenRequestsAreCounted()
    {
        Admission admission = new Admission(100);
        AtomicInteger ended = new AtomicInteger();
        admission.whenEnded(ended::incrementAndGet);
        Admission.Ticket announced = admission.admit(0);
        Admission.Ticket second = admission.admit(100);
        assertThat(admission.openRequests()).isEqualTo(2);
        assertRefused(() -> admission.admit(1), Refusal.OVERLOADED);
        assertThat(admission.openRequests()).as("one that was refused is not open").isEqualTo(2);
        second.close();
        second.close();
        assertThat(admission.openRequests()).isEqualTo(1);
        assertThat(ended).hasValue(1);
        announced.close();
        assertThat(admission.openRequests()).isZero();
        assertThat(ended).hasValue(2);
    }

    private static void assertRefused(Runnable action, Refusal refusal)
    {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }
}
