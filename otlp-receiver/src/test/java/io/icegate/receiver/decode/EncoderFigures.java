package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.sun.management.ThreadMXBean;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Prints how many records one core decodes and encodes per second of CPU time, and how many bytes it allocates for each:
 * 620-byte records with 10 attributes, of which 3 are integers, a body of 200 bytes, ids, and 12 resource attributes per
 * request of 1,000; or spans with the same attributes; or data points, see {@link MetricFigures}. Arguments: seconds,
 * {@code logs}, {@code spans} or {@code metrics}. A figure, not a test.
 */
public final class EncoderFigures
{
    static final int RECORDS = 1000;
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    private EncoderFigures() {}

    /**
     * @param body makes the request of a service
     */
    private record Subject(Signal signal, OtlpRequestDecoder decoder, BiFunction<Random, Integer, Message> body) {}

    public static void main(String[] args)
    {
        int seconds = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        Subject subject = subject(args.length > 1 ? args[1] : "logs");
        Random random = new Random(1);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            bodies.add(subject.body().apply(random, i).toByteArray());
        }
        System.out.printf("bytes/record %.1f%n", bodies.stream().mapToLong(body -> body.length).sum() / (64.0 * RECORDS));
        for (int batches : new int[] {64, 8, 1}) {
            measure("decode", bodies, batches, seconds, subject, false);
            measure("decode + encode", bodies, batches, seconds, subject, true);
        }
    }

    private static Subject subject(String name)
    {
        InstantSource clock = InstantSource.fixed(NOW);
        return switch (name) {
            case "logs" -> new Subject(Signal.LOGS, OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, clock), EncoderFigures::request);
            case "spans" -> new Subject(Signal.SPANS, OtlpRequestDecoder.spans(DecodeLimits.DEFAULT, clock), EncoderFigures::spanRequest);
            case "metrics" -> new Subject(Signal.METRICS, OtlpRequestDecoder.metrics(DecodeLimits.DEFAULT, clock), MetricFigures::request);
            default -> throw new IllegalArgumentException("Cannot measure %s: there are logs, spans and metrics".formatted(name));
        };
    }

    private static void measure(String name, List<byte[]> bodies, int batchesPerSegment, int seconds, Subject subject, boolean encode)
    {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Optional<SegmentEncoder> encoder = encode ? Optional.of(new SegmentEncoder(subject.signal().shape())) : Optional.empty();
        run(bodies, batchesPerSegment, subject, encoder);
        long warm = threads.getCurrentThreadCpuTime() + seconds * 500_000_000L;
        while (threads.getCurrentThreadCpuTime() < warm) {
            run(bodies, batchesPerSegment, subject, encoder);
        }
        long start = threads.getCurrentThreadCpuTime();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long records = 0;
        long bytes = 0;
        while (threads.getCurrentThreadCpuTime() < start + seconds * 1_000_000_000L) {
            bytes += run(bodies, batchesPerSegment, subject, encoder);
            records += (long) bodies.size() * RECORDS;
        }
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
        double garbage = (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / records;
        System.out.printf(
                "%-16s %6d rows/segment: %8.0f records per CPU-second, %7.1f bytes/record allocated, %6.1f stored%n",
                name,
                batchesPerSegment * RECORDS,
                records / cpuSeconds,
                garbage,
                (double) bytes / records);
    }

    private static long run(List<byte[]> bodies, int batchesPerSegment, Subject subject, Optional<SegmentEncoder> encoder)
    {
        long bytes = 0;
        for (int i = 0; i < bodies.size(); i += batchesPerSegment) {
            List<RowBatch> batches = new ArrayList<>();
            for (int j = i; j < i + batchesPerSegment; j++) {
                batches.add(subject.decoder().decode(bodies.get(j), Encoding.PROTOBUF, new BatchId(0, j), "tenant").batch());
            }
            if (encoder.isPresent()) {
                bytes += encoder.orElseThrow().encode(HEADER, 0, subject.signal().shape().schema(), batches).content().length;
            }
        }
        return bytes;
    }

    static ExportLogsServiceRequest request(Random random, int service)
    {
        ResourceLogs.Builder resource = ResourceLogs.newBuilder();
        resource.getResourceBuilder().addAttributes(attribute("service.name", "service-" + service % 8));
        for (int i = 1; i < 12; i++) {
            resource.getResourceBuilder().addAttributes(attribute("resource.attribute." + i, "value-%s-%s".formatted(service, i)));
        }
        ScopeLogs.Builder scope = resource.addScopeLogsBuilder();
        scope.getScopeBuilder().setName("io.example.Logger").setVersion("1.2.3");
        for (int i = 0; i < RECORDS; i++) {
            scope.addLogRecords(record(random, i));
        }
        return ExportLogsServiceRequest.newBuilder().addResourceLogs(resource).build();
    }

    private static ExportTraceServiceRequest spanRequest(Random random, int service)
    {
        ResourceSpans.Builder resource = ResourceSpans.newBuilder().setResource(request(random, service).getResourceLogs(0).getResource());
        ScopeSpans.Builder scope = resource.addScopeSpansBuilder();
        scope.getScopeBuilder().setName("io.example.Tracer").setVersion("1.2.3");
        for (int i = 0; i < RECORDS; i++) {
            scope.addSpans(span(random, i));
        }
        return ExportTraceServiceRequest.newBuilder().addResourceSpans(resource).build();
    }

    /**
     * Every tenth with an event, every twentieth with a link.
     */
    private static Span span(Random random, int index)
    {
        byte[] ids = new byte[32];
        random.nextBytes(ids);
        long start = NOW.getEpochSecond() * 1_000_000_000L + index * 1_000_000L + random.nextInt(1000);
        Span.Builder span = Span.newBuilder()
                .setTraceId(ByteString.copyFrom(ids, 0, 16))
                .setSpanId(ByteString.copyFrom(ids, 16, 8))
                .setParentSpanId(ByteString.copyFrom(ids, 24, 8))
                .setName("GET /api/v1/items/" + random.nextInt(20))
                .setKind(Span.SpanKind.SPAN_KIND_SERVER)
                .setStartTimeUnixNano(start)
                .setEndTimeUnixNano(start + random.nextInt(100_000_000))
                .addAllAttributes(record(random, index).getAttributesList());
        if (index % 10 == 0) {
            span.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage("timed out"));
            span.addEvents(Span.Event.newBuilder()
                    .setTimeUnixNano(start)
                    .setName("exception")
                    .addAttributes(attribute("exception.type", "io.example.NoLuckException"))
                    .addAttributes(attribute("exception.message", "no luck with " + random.nextInt(1_000_000))));
        }
        if (index % 20 == 0) {
            span.addLinks(Span.Link.newBuilder().setTraceId(ByteString.copyFrom(ids, 0, 16)).setSpanId(ByteString.copyFrom(ids, 24, 8)));
        }
        return span.build();
    }

    private static LogRecord record(Random random, int index)
    {
        byte[] ids = new byte[24];
        random.nextBytes(ids);
        StringBuilder body = new StringBuilder("request handled for user ");
        while (body.length() < 200) {
            body.append(Integer.toString(random.nextInt(1_000_000), 36)).append(' ');
        }
        long time = NOW.getEpochSecond() * 1_000_000_000L + index * 1_000_000L + random.nextInt(1000);
        LogRecord.Builder record = LogRecord.newBuilder()
                .setTimeUnixNano(time)
                .setObservedTimeUnixNano(time + random.nextInt(1_000_000))
                .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
                .setSeverityText("INFO")
                .setTraceId(ByteString.copyFrom(ids, 0, 16))
                .setSpanId(ByteString.copyFrom(ids, 16, 8));
        record.getBodyBuilder().setStringValue(body.substring(0, 200));
        record.addAttributes(attribute("http.request.method", random.nextBoolean() ? "GET" : "POST"));
        record.addAttributes(attribute("http.route", "/api/v1/items/" + random.nextInt(100)));
        record.addAttributes(attribute("http.response.status_code", 200 + random.nextInt(4) * 100));
        record.addAttributes(attribute("duration_ms", random.nextInt(10_000)));
        record.addAttributes(attribute("bytes", random.nextInt(1_000_000)));
        record.addAttributes(attribute("user.id", "user-" + random.nextInt(100_000)));
        record.addAttributes(attribute("session.id", Long.toHexString(random.nextLong())));
        record.addAttributes(attribute("client.address", "10.%s.%s.%s".formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256))));
        record.addAttributes(attribute("thread.name", "worker-" + random.nextInt(32)));
        record.addAttributes(attribute("logger", "io.example.web.Handler" + random.nextInt(20)));
        return record.build();
    }

    static KeyValue attribute(String key, String value)
    {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
        attribute.getValueBuilder().setStringValue(value);
        return attribute.build();
    }

    static KeyValue attribute(String key, long value)
    {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
        attribute.getValueBuilder().setIntValue(value);
        return attribute.build();
    }
}
