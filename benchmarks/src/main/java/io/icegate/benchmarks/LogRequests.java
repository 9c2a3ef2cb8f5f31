package io.icegate.benchmarks;

import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;

/**
 * Log records with a body of 200 characters.
 */
final class LogRequests
        extends ExportRequests
{
    private static final int BODY_CHARACTERS = 200;

    LogRequests(int records)
    {
        super(records);
    }

    @Override
    MessageLite typical(Resource resource, InstrumentationScope scope, int count)
    {
        ScopeLogs.Builder logs = ScopeLogs.newBuilder().setScope(scope);
        for (int index = 0; index < count; index++) {
            logs.addLogRecords(LogRecord.newBuilder()
                    .setTimeUnixNano(now() + random().nextLong(1_000_000_000))
                    .setObservedTimeUnixNano(now())
                    .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
                    .setSeverityText("INFO")
                    .setBody(AnyValue.newBuilder().setStringValue(text(BODY_CHARACTERS)))
                    .addAllAttributes(attributes())
                    .setTraceId(bytes(16))
                    .setSpanId(bytes(8)));
        }
        return request(resource, logs);
    }

    @Override
    MessageLite unique(Resource resource, InstrumentationScope scope, long number)
    {
        return request(resource, ScopeLogs.newBuilder().addLogRecords(LogRecord.newBuilder()
                .setTimeUnixNano(now() + number)
                .setBody(AnyValue.newBuilder().setStringValue("request " + number))));
    }

    private static MessageLite request(Resource resource, ScopeLogs.Builder logs)
    {
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(logs))
                .build();
    }
}
