package io.icegate.benchmarks;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * OTLP requests, no two of them alike: most records come from one of {@value #TEMPLATES} prepared requests, the last one is new every
 * time. A record has a body of 200 characters and 10 attributes, a resource 12.
 */
final class LogRequests
{
    private static final int TEMPLATES = 64;
    private static final int BODY_CHARACTERS = 200;
    private static final int STRING_ATTRIBUTES = 7;
    private static final int NUMBER_ATTRIBUTES = 3;
    private static final int RESOURCE_ATTRIBUTES = 12;
    private static final long SEED = 20261121;

    private final List<byte[]> templates = new ArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final long now = InstantSource.system().millis() * 1_000_000;
    private final int records;

    LogRequests(int records)
    {
        this.records = records;
        for (int template = 0; template < TEMPLATES; template++) {
            ScopeLogs.Builder scope = ScopeLogs.newBuilder().setScope(InstrumentationScope.newBuilder().setName("benchmark"));
            for (int index = 1; index < records; index++) {
                scope.addLogRecords(logRecord(text(BODY_CHARACTERS)));
            }
            templates.add(request(scope));
        }
    }

    long bytesPerRecord()
    {
        return templates.getFirst().length / (records - 1);
    }

    /**
     * A request that was never returned before.
     */
    byte[] next()
    {
        long number = requests.getAndIncrement();
        byte[] template = templates.get((int) (number % TEMPLATES));
        byte[] unique = request(ScopeLogs.newBuilder().addLogRecords(LogRecord.newBuilder()
                .setTimeUnixNano(now + number)
                .setBody(AnyValue.newBuilder().setStringValue("request " + number))));
        // two messages one after the other are one message with the lists of both
        byte[] request = new byte[template.length + unique.length];
        System.arraycopy(template, 0, request, 0, template.length);
        System.arraycopy(unique, 0, request, template.length, unique.length);
        return request;
    }

    private static byte[] request(ScopeLogs.Builder scope)
    {
        Resource.Builder resource = Resource.newBuilder().addAttributes(attribute("service.name", "benchmark"));
        for (int index = 1; index < RESOURCE_ATTRIBUTES; index++) {
            resource.addAttributes(attribute("resource.attribute." + index, "value of the resource " + index));
        }
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(scope))
                .build()
                .toByteArray();
    }

    private LogRecord.Builder logRecord(String body)
    {
        LogRecord.Builder logRecord = LogRecord.newBuilder()
                .setTimeUnixNano(now + random.nextLong(1_000_000_000))
                .setObservedTimeUnixNano(now)
                .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
                .setSeverityText("INFO")
                .setBody(AnyValue.newBuilder().setStringValue(body))
                .setTraceId(bytes(16))
                .setSpanId(bytes(8));
        for (int index = 0; index < STRING_ATTRIBUTES; index++) {
            logRecord.addAttributes(attribute("text.attribute." + index, text(16)));
        }
        for (int index = 0; index < NUMBER_ATTRIBUTES; index++) {
            logRecord.addAttributes(KeyValue.newBuilder()
                    .setKey("number.attribute." + index)
                    .setValue(AnyValue.newBuilder().setIntValue(random.nextInt(1_000_000))));
        }
        return logRecord;
    }

    private static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    private ByteString bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private String text(int characters)
    {
        byte[] bytes = new byte[characters / 2];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
