package io.icegate.receiver.decode;

import io.icegate.receiver.OtlpRow;
import org.junit.jupiter.api.Test;

/**
 * What a client sent can be rebuilt from the stored spans, whatever it is. {@code -Dicegate.seed} replays one round.
 */
final class TestLosslessSpans
{
    private final LosslessRequests<?> requests = new LosslessRequests<>(SignalKind.SPANS);

    @Test
    @OtlpRow(27)
    void testStoredRowsGiveTheRequestBack()
    {
        requests.assertStoredRowsGiveTheRequestBack(12);
    }

    @Test
    void testOrdinaryRequestsNeedNoResidual()
    {
        requests.assertOrdinaryRequestsNeedNoResidual();
    }

    @Test
    @OtlpRow(17)
    void testJsonGivesTheSameRows()
    {
        requests.assertJsonGivesTheSameRows(80);
    }
}
