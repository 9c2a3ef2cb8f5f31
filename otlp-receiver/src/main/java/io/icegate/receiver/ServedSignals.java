package io.icegate.receiver;

import com.google.inject.Inject;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.schema.Signal;
import io.icegate.server.OperatorPages;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The signals that a receiver takes. They share memory, threads and the commit loop; each has a table, a writer and an answer of
 * its own, so a table that cannot be written to closes its signal only.
 */
final class ServedSignals
{
    private final List<ServedSignal> signals;

    @Inject
    ServedSignals(OtlpConfig otlp, Admission admission, TenantQuotas quotas, RandomGenerator random, ReceiverMetrics metrics, InstantSource clock)
    {
        DecodeLimits limits = otlp.decodeLimits();
        signals = List.of(
                served(OtlpSignal.LOGS, Signal.LOGS, OtlpRequestDecoder.logs(limits, clock), admission, quotas, random, metrics),
                served(OtlpSignal.TRACES, Signal.SPANS, OtlpRequestDecoder.spans(limits, clock), admission, quotas, random, metrics),
                served(OtlpSignal.METRICS, Signal.METRICS, OtlpRequestDecoder.metrics(limits, clock), admission, quotas, random, metrics));
    }

    private static ServedSignal served(OtlpSignal otlp, Signal signal, RequestDecoder decoder, Admission admission, TenantQuotas quotas, RandomGenerator random, ReceiverMetrics metrics)
    {
        return new ServedSignal(otlp, signal.shape(), decoder, new SignalIngest(otlp.name(), admission, quotas, random, metrics.ofSignal(otlp.name())));
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
