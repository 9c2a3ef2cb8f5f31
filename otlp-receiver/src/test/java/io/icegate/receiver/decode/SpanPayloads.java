package io.icegate.receiver.decode;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

import java.util.Random;

/**
 * Generates trace requests: every type, nesting and extreme, and on request also what the columns cannot hold.
 */
public final class SpanPayloads
{
    private final Random random;
    private final OtlpPayloads common;

    /**
     * @param odd as for {@link OtlpPayloads}
     */
    public SpanPayloads(Random random, boolean odd)
    {
        this.random = random;
        common = new OtlpPayloads(random, odd);
    }

    public ExportTraceServiceRequest request()
    {
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            request.addResourceSpans(resourceSpans());
        }
        return common.unknown(request).build();
    }

    private ResourceSpans resourceSpans()
    {
        ResourceSpans.Builder spans = ResourceSpans.newBuilder();
        if (random.nextInt(4) > 0) {
            spans.setResource(common.resource());
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            spans.addScopeSpans(scopeSpans());
        }
        return common.unknown(spans.setSchemaUrl(common.text())).build();
    }

    private ScopeSpans scopeSpans()
    {
        ScopeSpans.Builder spans = ScopeSpans.newBuilder();
        if (random.nextInt(4) > 0) {
            spans.setScope(common.scope());
        }
        for (int i = random.nextInt(12); i > 0; i--) {
            spans.addSpans(span());
        }
        return common.unknown(spans.setSchemaUrl(common.text())).build();
    }

    private Span span()
    {
        Span.Builder span = Span.newBuilder()
                .setTraceId(common.id(16))
                .setSpanId(common.id(8))
                .setParentSpanId(common.id(8))
                .setTraceState(common.text())
                .setFlags(count())
                .setName(common.text())
                .setKindValue(random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(6))
                .setStartTimeUnixNano(time())
                .setEndTimeUnixNano(time())
                .setDroppedAttributesCount(count())
                .setDroppedEventsCount(count())
                .setDroppedLinksCount(count());
        common.attributes(12).forEach(span::addAttributes);
        for (int i = random.nextInt(5) - 1; i > 0; i--) {
            span.addEvents(event());
        }
        for (int i = random.nextInt(5) - 1; i > 0; i--) {
            span.addLinks(link());
        }
        if (random.nextInt(3) > 0) {
            span.setStatus(common.unknown(Status.newBuilder().setCodeValue(random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(3)).setMessage(common.text())));
        }
        return common.unknown(span).build();
    }

    private Span.Event event()
    {
        Span.Event.Builder event = Span.Event.newBuilder().setTimeUnixNano(time()).setName(common.text()).setDroppedAttributesCount(count());
        common.attributes(5).forEach(event::addAttributes);
        return common.unknown(event).build();
    }

    private Span.Link link()
    {
        Span.Link.Builder link = Span.Link.newBuilder()
                .setTraceId(common.id(16))
                .setSpanId(common.id(8))
                .setTraceState(common.text())
                .setFlags(count())
                .setDroppedAttributesCount(count());
        common.attributes(5).forEach(link::addAttributes);
        return common.unknown(link).build();
    }

    private long time()
    {
        return random.nextBoolean() ? random.nextLong() : common.longValue();
    }

    private int count()
    {
        return random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(2);
    }
}
