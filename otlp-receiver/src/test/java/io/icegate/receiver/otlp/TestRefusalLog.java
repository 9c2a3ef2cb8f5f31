package io.icegate.receiver.otlp;

import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRefusalLog
{
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
    private final List<String> lines = new ArrayList<>();
    private final RefusalLog log = new RefusalLog(nanos::get, IngestMetrics.NONE, lines::add);

    @Test
    void testOneLinePerReasonAndInterval()
    {
        for (int i = 0; i < 5; i++) {
            refuse(Refusal.MALFORMED, "resourceLogs/0: bad");
            refuse(Refusal.TOO_LARGE, "too large");
            refuse(Refusal.DRAINING, "stopping");
        }
        assertThat(lines).containsExactly(
                "Refused logs of tenant 'acme' (MALFORMED): resourceLogs/0: bad",
                "Refused logs of tenant 'acme' (TOO_LARGE): too large");
        lines.clear();
        nanos.addAndGet(RefusalLog.INTERVAL.toNanos() - 1);
        refuse(Refusal.MALFORMED, "resourceLogs/1: bad");
        assertThat(lines).isEmpty();
        nanos.incrementAndGet();
        refuse(Refusal.MALFORMED, "resourceLogs/2: bad");
        refuse(Refusal.MALFORMED, "resourceLogs/3: bad");
        assertThat(lines).containsExactly("Refused logs of tenant 'acme' (MALFORMED, and 5 more since the last such line): resourceLogs/2: bad");
    }

    @Test
    void testRejectedRecordsWithoutTheirContent()
    {
        log.acknowledged(OtlpSignal.LOGS, "acme", Acknowledgement.FULL);
        log.acknowledged(OtlpSignal.LOGS, "acme", new Acknowledgement(0, "1 key ignored, 'secret'"));
        log.acknowledged(OtlpSignal.LOGS, "acme", new Acknowledgement(2, "2 records not stored, first resourceLogs/0/scopeLogs/0/logRecords/7: bad. 1 key ignored, 'secret'"));
        assertThat(lines).containsExactly("Refused logs of tenant 'acme' (REJECTED): 2 records not stored, first resourceLogs/0/scopeLogs/0/logRecords/7: bad");
    }

    private void refuse(Refusal refusal, String message)
    {
        log.refused("logs", "acme", OtlpStatus.from(new RefusedException(refusal, message), 1_000));
    }
}
