package io.icegate.receiver.telemetry;

import com.google.protobuf.ByteString;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.trace.v1.Span;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the spans of this process until they are taken.
 */
public final class SpanBuffer
{
    static final int SPANS_MAX = 2_048;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final boolean enabled;
    private final SelfMetrics metrics;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final ArrayBlockingQueue<Span> spans = new ArrayBlockingQueue<>(SPANS_MAX);

    /**
     * @param enabled false when no spans are wanted
     * @param nanoTime monotonic clock
     */
    public SpanBuffer(boolean enabled, SelfMetrics metrics, InstantSource clock, LongSupplier nanoTime, RandomGenerator random)
    {
        this.enabled = enabled;
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.random = requireNonNull(random, "random is null");
    }

    boolean isEnabled()
    {
        return enabled;
    }

    LongSupplier nanoTime()
    {
        return nanoTime;
    }

    /**
     * A span that ends now, of a trace of its own.
     */
    Span.Builder ended(String name, Duration duration)
    {
        Instant now = clock.instant();
        long endNanos = now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
        return Span.newBuilder()
                .setTraceId(ByteString.copyFrom(ByteBuffer.allocate(2 * Long.BYTES).putLong(random.nextLong()).putLong(random.nextLong()).flip()))
                .setSpanId(spanId())
                .setName(name)
                .setStartTimeUnixNano(endNanos - duration.toNanos())
                .setEndTimeUnixNano(endNanos);
    }

    /**
     * A span that ends with its parent.
     */
    Span.Builder endedWithin(Span.Builder parent, String name, Duration duration)
    {
        return Span.newBuilder()
                .setTraceId(parent.getTraceId())
                .setParentSpanId(parent.getSpanId())
                .setSpanId(spanId())
                .setName(name)
                .setStartTimeUnixNano(parent.getEndTimeUnixNano() - duration.toNanos())
                .setEndTimeUnixNano(parent.getEndTimeUnixNano());
    }

    private ByteString spanId()
    {
        return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(random.nextLong()).flip());
    }

    void add(Span.Builder span)
    {
        if (!spans.offer(span.build())) {
            metrics.dropped(OtlpSignal.TRACES, 1);
        }
    }

    List<Span> take()
    {
        List<Span> taken = new ArrayList<>();
        spans.drainTo(taken);
        return taken;
    }
}
