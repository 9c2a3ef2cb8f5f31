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

import java.util.List;
import java.util.Set;

/**
 * Log records with a body of 200 characters, 622 bytes each.
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
        long time = now();
        for (int index = 0; index < count; index++) {
            time += random().nextInt(2_000_000);
            logs.addLogRecords(LogRecord.newBuilder()
                    .setTimeUnixNano(time)
                    .setObservedTimeUnixNano(time + random().nextInt(100_000))
                    .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
                    .setSeverityText("INFO")
                    .setBody(AnyValue.newBuilder().setStringValue(sentence(BODY_CHARACTERS)))
                    .addAllAttributes(attributes())
                    .setTraceId(bytes(16))
                    .setSpanId(bytes(8))
                    .setFlags(1));
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

    @Override
    FreshFields.Fields freshFields()
    {
        return new FreshFields.Fields(
                List.of(Set.of(ExportLogsServiceRequest.RESOURCE_LOGS_FIELD_NUMBER), Set.of(ResourceLogs.SCOPE_LOGS_FIELD_NUMBER), Set.of(ScopeLogs.LOG_RECORDS_FIELD_NUMBER)),
                Set.of(LogRecord.TRACE_ID_FIELD_NUMBER, LogRecord.SPAN_ID_FIELD_NUMBER),
                Set.of(LogRecord.TIME_UNIX_NANO_FIELD_NUMBER, LogRecord.OBSERVED_TIME_UNIX_NANO_FIELD_NUMBER));
    }

    private static MessageLite request(Resource resource, ScopeLogs.Builder logs)
    {
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder().setResource(resource).addScopeLogs(logs))
                .build();
    }
}
