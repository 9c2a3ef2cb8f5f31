package io.icegate.benchmarks;

import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

import java.util.List;
import java.util.Set;

/**
 * Spans, every tenth with an event and every twentieth with a link.
 */
final class SpanRequests
        extends ExportRequests
{
    private static final int NAMES = 20;
    private static final int SPANS_PER_EVENT = 10;
    private static final int SPANS_PER_LINK = 20;

    SpanRequests(int records)
    {
        super(records);
    }

    @Override
    MessageLite typical(Resource resource, InstrumentationScope scope, int count)
    {
        ScopeSpans.Builder spans = ScopeSpans.newBuilder().setScope(scope);
        for (int index = 0; index < count; index++) {
            long start = now() + random().nextLong(1_000_000_000);
            Span.Builder span = Span.newBuilder()
                    .setTraceId(bytes(16))
                    .setSpanId(bytes(8))
                    .setParentSpanId(bytes(8))
                    .setName("GET /resource/" + random().nextInt(NAMES))
                    .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                    .setStartTimeUnixNano(start)
                    .setEndTimeUnixNano(start + random().nextLong(100_000_000))
                    .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_OK))
                    .addAllAttributes(attributes());
            if (index % SPANS_PER_EVENT == 0) {
                span.addEvents(Span.Event.newBuilder().setTimeUnixNano(start).setName("exception").addAttributes(attribute("exception.message", sentence(64))));
            }
            if (index % SPANS_PER_LINK == 0) {
                span.addLinks(Span.Link.newBuilder().setTraceId(bytes(16)).setSpanId(bytes(8)));
            }
            spans.addSpans(span);
        }
        return request(resource, spans);
    }

    @Override
    MessageLite unique(Resource resource, InstrumentationScope scope, long number)
    {
        return request(resource, ScopeSpans.newBuilder().addSpans(Span.newBuilder().setStartTimeUnixNano(now() + number).setName("request " + number)));
    }

    @Override
    FreshFields.Fields freshFields()
    {
        return new FreshFields.Fields(
                List.of(Set.of(ExportTraceServiceRequest.RESOURCE_SPANS_FIELD_NUMBER), Set.of(ResourceSpans.SCOPE_SPANS_FIELD_NUMBER), Set.of(ScopeSpans.SPANS_FIELD_NUMBER)),
                Set.of(Span.TRACE_ID_FIELD_NUMBER, Span.SPAN_ID_FIELD_NUMBER, Span.PARENT_SPAN_ID_FIELD_NUMBER),
                Set.of(Span.START_TIME_UNIX_NANO_FIELD_NUMBER, Span.END_TIME_UNIX_NANO_FIELD_NUMBER));
    }

    private static MessageLite request(Resource resource, ScopeSpans.Builder spans)
    {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().setResource(resource).addScopeSpans(spans))
                .build();
    }
}
