package io.icegate.receiver.telemetry;

import io.icegate.receiver.commit.CommitMetrics;
import io.icegate.receiver.commit.WaitingRows;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.Refusal;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.util.Objects.requireNonNull;

/**
 * Records spans of one signal: of one request, one refused request and one segment a second, and of each commit that follows a segment
 * with rows of clients. Segments that hold own telemetry only, and their commits, leave no span.
 */
public final class SignalSpans
{
    private final String signal;
    private final SpanBuffer buffer;
    private final OncePerSecond requests;
    private final OncePerSecond refusals;
    private final OncePerSecond segments;
    private final AtomicBoolean clientRowsWait = new AtomicBoolean();

    public SignalSpans(String signal, SpanBuffer buffer)
    {
        this.signal = requireNonNull(signal, "signal is null");
        this.buffer = requireNonNull(buffer, "buffer is null");
        this.requests = new OncePerSecond(buffer.nanoTime());
        this.refusals = new OncePerSecond(buffer.nanoTime());
        this.segments = new OncePerSecond(buffer.nanoTime());
    }

    public IngestMetrics over(IngestMetrics metrics)
    {
        return buffer.isEnabled() ? new Ingest(metrics) : metrics;
    }

    public CommitMetrics over(CommitMetrics metrics)
    {
        return buffer.isEnabled() ? new Commits(metrics) : metrics;
    }

    private static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    private static KeyValue attribute(String key, long value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setIntValue(value)).build();
    }

    private Span.Builder span(String name, SpanKind kind, Duration duration)
    {
        return buffer.ended(name, duration).setKind(kind).addAttributes(attribute("icegate.signal", signal));
    }

    private static Span.Builder failed(Span.Builder span, String error)
    {
        return span.setStatus(Status.newBuilder().setCode(StatusCode.STATUS_CODE_ERROR)).addAttributes(attribute("error.type", error));
    }

    private final class Ingest
            implements IngestMetrics
    {
        private final IngestMetrics metrics;

        private Ingest(IngestMetrics metrics)
        {
            this.metrics = requireNonNull(metrics, "metrics is null");
        }

        @Override
        public void arrived(@Nullable String userAgent)
        {
            metrics.arrived(userAgent);
        }

        @Override
        public void accepted(long records, long bytes, Duration sinceRead, Duration sinceDecoded)
        {
            metrics.accepted(records, bytes, sinceRead, sinceDecoded);
            if (requests.tryTake()) {
                buffer.add(span("receiver.export", SpanKind.SPAN_KIND_SERVER, sinceRead)
                        .addAttributes(attribute("icegate.records", records))
                        .addAttributes(attribute("icegate.bytes", bytes)));
            }
        }

        @Override
        public void deduplicated()
        {
            metrics.deduplicated();
        }

        @Override
        public void refused(Refusal refusal)
        {
            metrics.refused(refusal);
            if (refusals.tryTake()) {
                buffer.add(failed(span("receiver.export", SpanKind.SPAN_KIND_SERVER, Duration.ZERO), refusal.name().toLowerCase(Locale.ROOT)));
            }
        }

        @Override
        public void segment(DurableSegment segment)
        {
            metrics.segment(segment);
            if (segment.origin() == Origin.SELF) {
                return;
            }
            clientRowsWait.set(true);
            if (segments.tryTake()) {
                Span.Builder whole = span("wal.segment", SpanKind.SPAN_KIND_INTERNAL, segment.sinceClosed())
                        .addAttributes(attribute("icegate.requests", segment.requests()))
                        .addAttributes(attribute("icegate.records", segment.rows()))
                        .addAttributes(attribute("icegate.bytes", segment.bytes()));
                buffer.add(whole);
                buffer.add(buffer.endedWithin(whole, "wal.put", segment.put()).setKind(SpanKind.SPAN_KIND_CLIENT).addAttributes(attribute("icegate.signal", signal)));
            }
        }
    }

    private final class Commits
            implements CommitMetrics
    {
        private final CommitMetrics metrics;

        private Commits(CommitMetrics metrics)
        {
            this.metrics = requireNonNull(metrics, "metrics is null");
        }

        @Override
        public void committed(int segments, long rows, int duplicateBatches, Duration time)
        {
            metrics.committed(segments, rows, duplicateBatches, time);
            if (segments > 0 && clientRowsWait.getAndSet(false)) {
                buffer.add(span("wal.commit", SpanKind.SPAN_KIND_INTERNAL, time)
                        .addAttributes(attribute("icegate.segments", segments))
                        .addAttributes(attribute("icegate.records", rows))
                        .addAttributes(attribute("icegate.duplicate_batches", duplicateBatches)));
            }
        }

        @Override
        public void forgotten(long batches)
        {
            metrics.forgotten(batches);
        }

        @Override
        public void commitFailed(Duration time)
        {
            metrics.commitFailed(time);
            if (clientRowsWait.get()) {
                buffer.add(failed(span("wal.commit", SpanKind.SPAN_KIND_INTERNAL, time), "commit_failed"));
            }
        }

        @Override
        public void waiting(WaitingRows rows)
        {
            metrics.waiting(rows);
        }

        @Override
        public void waitingUnknown()
        {
            metrics.waitingUnknown();
        }
    }
}
