package io.icegate.receiver.otlp;

import io.airlift.log.Logger;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Tells the log which requests are refused, and why, in at most one line per reason and interval: a client that repeats its
 * mistake must not fill the disk. Messages say where in a request the fault is, and hold nothing of its payload.
 */
public final class RefusalLog
{
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger log = Logger.get(RefusalLog.class);
    private static final String REJECTED = "REJECTED";

    private final LongSupplier nanoTime;
    private final IngestMetrics unserved;
    private final Consumer<String> lines;
    private final Map<Refusal, Rate> refusals = new EnumMap<>(Refusal.class);
    private final Rate rejections = new Rate();

    private static final class Rate
    {
        private boolean used;
        private long lastNanos;
        private long left;
    }

    /**
     * @param unserved counts refused requests that reach no signal
     */
    public RefusalLog(LongSupplier nanoTime, IngestMetrics unserved)
    {
        this(nanoTime, unserved, line -> log.warn("%s", line));
    }

    RefusalLog(LongSupplier nanoTime, IngestMetrics unserved, Consumer<String> lines)
    {
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.unserved = requireNonNull(unserved, "unserved is null");
        this.lines = requireNonNull(lines, "lines is null");
    }

    void refused(String what, String tenant, OtlpStatus status)
    {
        // that a process starts or stops is in the log already
        if (status.refusal() != Refusal.DRAINING) {
            log(rate(status.refusal()), status.refusal().name(), what, tenant, status.message());
        }
    }

    /**
     * Counts and logs a refused request that reached no signal; no handler counts it.
     */
    void unserved(OtlpStatus status)
    {
        unserved.refused(status.refusal());
        refused("request", "", status);
    }

    void acknowledged(OtlpSignal signal, String tenant, Acknowledgement acknowledgement)
    {
        if (acknowledgement.rejectedRecords() > 0) {
            log(rejections, REJECTED, signal.name(), tenant, acknowledgement.rejection());
        }
    }

    private synchronized Rate rate(Refusal refusal)
    {
        return refusals.computeIfAbsent(refusal, _ -> new Rate());
    }

    private void log(Rate rate, String reason, String what, String tenant, String message)
    {
        long left;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (rate.used && now - rate.lastNanos < INTERVAL.toNanos()) {
                rate.left++;
                return;
            }
            left = rate.left;
            rate.used = true;
            rate.lastNanos = now;
            rate.left = 0;
        }
        lines.accept("Refused %s of tenant '%s' (%s%s): %s".formatted(what, tenant, reason, left == 0 ? "" : ", and %s more since the last such line".formatted(left), message));
    }
}
