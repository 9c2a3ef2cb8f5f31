package io.icegate.receiver;

import com.google.inject.Inject;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.telemetry.SelfTelemetry;
import io.icegate.receiver.telemetry.SignalSpans;
import io.icegate.receiver.telemetry.SpanBuffer;
import io.icegate.schema.Signal;
import io.icegate.server.OperatorPages;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The signals that a receiver takes. They share memory, threads and the commit loop; each has a table, a writer and an answer of
 * its own, so a table that cannot be written to closes its signal only.
 */
final class ServedSignals
{
    private final Admission selfAdmission = new Admission(SelfTelemetry.BUDGET_BYTES);
    private final List<ServedSignal> signals;

    private record Decoded(OtlpSignal otlp, Signal signal, RequestDecoder decoder) {}

    @Inject
    ServedSignals(OtlpConfig otlp, Admission admission, TenantQuotas quotas, SpanBuffer spans, RandomGenerator random, ReceiverMetrics metrics, InstantSource clock)
    {
        DecodeLimits limits = otlp.decodeLimits();
        TenantQuotas selfQuotas = new TenantQuotas(TenantQuotas.Limits.NONE, selfAdmission.budgetBytes(), System::nanoTime);
        signals = Stream.of(
                        new Decoded(OtlpSignal.LOGS, Signal.LOGS, OtlpRequestDecoder.logs(limits, clock)),
                        new Decoded(OtlpSignal.TRACES, Signal.SPANS, OtlpRequestDecoder.spans(limits, clock)),
                        new Decoded(OtlpSignal.METRICS, Signal.METRICS, OtlpRequestDecoder.metrics(limits, clock)))
                .map(decoded -> {
                    String name = decoded.otlp().name();
                    SignalSpans ofSignal = new SignalSpans(name, spans);
                    SignalIngest ingest = new SignalIngest(name, admission, quotas, random, ofSignal.over(metrics.ofSignal(name)));
                    return new ServedSignal(
                            decoded.otlp(),
                            decoded.signal().shape(),
                            decoded.decoder(),
                            ingest,
                            ingest.beside(selfAdmission, selfQuotas, IngestMetrics.NONE),
                            ofSignal);
                })
                .toList();
    }

    List<ServedSignal> list()
    {
        return signals;
    }

    Map<OtlpSignal, ExportHandler> handlers()
    {
        return signals.stream().collect(Collectors.toUnmodifiableMap(ServedSignal::otlp, ServedSignal::ingest));
    }

    /**
     * Takes what this receiver has to tell of itself. Shares the tables with clients, and neither memory nor quotas.
     */
    SelfTelemetry.Target self()
    {
        return new SelfTelemetry.Target(signals.stream().collect(Collectors.toUnmodifiableMap(ServedSignal::otlp, ServedSignal::self)), selfAdmission);
    }

    /**
     * Ready when requests of some signal are accepted.
     */
    OperatorPages.Readiness readiness()
    {
        List<String> closed = signals.stream()
                .flatMap(signal -> signal.ingest().closedReason().map(reason -> "%s: %s".formatted(signal.otlp().name(), reason)).stream())
                .toList();
        return new OperatorPages.Readiness(closed.size() < signals.size(), closed);
    }

    /**
     * Accepts no more requests.
     *
     * @param reason told to clients
     */
    void close(String reason)
    {
        signals.forEach(signal -> signal.ingest().target(new SignalIngest.Closed(reason)));
    }
}
