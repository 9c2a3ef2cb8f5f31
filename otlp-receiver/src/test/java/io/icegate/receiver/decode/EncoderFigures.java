package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Prints how many records one core decodes and encodes per second of CPU time: 620-byte records with 10 attributes, of which
 * 3 are integers, a body of 200 bytes, ids, and 12 resource attributes per request of 1,000. A figure, not a test.
 */
public final class EncoderFigures
{
    private static final int RECORDS = 1000;
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    private EncoderFigures() {}

    public static void main(String[] args)
    {
        int seconds = args.length == 0 ? 10 : Integer.parseInt(args[0]);
        Random random = new Random(1);
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            bodies.add(request(random, i).toByteArray());
        }
        System.out.printf("bytes/record %.1f%n", bodies.stream().mapToLong(body -> body.length).sum() / (64.0 * RECORDS));
        for (int batches : new int[] {64, 8, 1}) {
            measure("decode", bodies, batches, seconds, false);
            measure("decode + encode", bodies, batches, seconds, true);
        }
    }

    private static void measure(String name, List<byte[]> bodies, int batchesPerSegment, int seconds, boolean encode)
    {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
        run(bodies, batchesPerSegment, encode, encoder);
        long warm = threads.getCurrentThreadCpuTime() + seconds * 500_000_000L;
        while (threads.getCurrentThreadCpuTime() < warm) {
            run(bodies, batchesPerSegment, encode, encoder);
        }
        long start = threads.getCurrentThreadCpuTime();
        long records = 0;
        long bytes = 0;
        while (threads.getCurrentThreadCpuTime() < start + seconds * 1_000_000_000L) {
            bytes += run(bodies, batchesPerSegment, encode, encoder);
            records += (long) bodies.size() * RECORDS;
        }
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
        System.out.printf("%-16s %6d rows/segment: %8.0f records per CPU-second, %6.1f bytes/record stored%n", name, batchesPerSegment * RECORDS, records / cpuSeconds, (double) bytes / records);
    }

    private static long run(List<byte[]> bodies, int batchesPerSegment, boolean encode, SegmentEncoder encoder)
    {
        long bytes = 0;
        for (int i = 0; i < bodies.size(); i += batchesPerSegment) {
            List<LogBatch> batches = new ArrayList<>();
            for (int j = i; j < i + batchesPerSegment; j++) {
                batches.add(LogsDecoding.decode(bodies.get(j), new BatchId(0, j), "tenant", NOW, DecodeLimits.DEFAULT));
            }
            if (encode) {
                bytes += encoder.encode(HEADER, 0, Signal.LOGS.shape().schema(), batches).content().length;
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

    private static KeyValue attribute(String key, String value)
    {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
        attribute.getValueBuilder().setStringValue(value);
        return attribute.build();
    }

    private static KeyValue attribute(String key, long value)
    {
        KeyValue.Builder attribute = KeyValue.newBuilder().setKey(key);
        attribute.getValueBuilder().setIntValue(value);
        return attribute.build();
    }
}
