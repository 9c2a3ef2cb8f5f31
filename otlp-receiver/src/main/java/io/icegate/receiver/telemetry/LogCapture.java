package io.icegate.receiver.telemetry;

import io.icegate.receiver.signal.Origin;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.SimpleFormatter;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the warnings and errors of this process until they are taken. The first ones stay when there are too many: what came first
 * explains what follows. Lines about own telemetry are left out, or one would follow from another without end.
 */
final class LogCapture
        extends Handler
{
    static final int LINES_MAX = 256;
    static final int MESSAGE_LENGTH_MAX = 1_000;
    static final int STACK_TRACE_LENGTH_MAX = 3_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final SelfMetrics metrics;
    private final SimpleFormatter formatter = new SimpleFormatter();
    private final ArrayBlockingQueue<Line> lines = new ArrayBlockingQueue<>(LINES_MAX);

    private record Line(String logger, LogRecord record) {}

    LogCapture(SelfMetrics metrics)
    {
        this.metrics = requireNonNull(metrics, "metrics is null");
        setLevel(Level.WARNING);
    }

    @Override
    public void publish(java.util.logging.LogRecord line)
    {
        if (!isLoggable(line) || Origin.current() == Origin.SELF) {
            return;
        }
        if (!lines.offer(new Line(String.valueOf(line.getLoggerName()), record(line)))) {
            metrics.dropped(OtlpSignal.LOGS, 1);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    /**
     * Takes all lines, those of a logger in a scope of its name.
     */
    List<ScopeLogs> take()
    {
        List<Line> taken = new ArrayList<>();
        lines.drainTo(taken);
        Map<String, ScopeLogs.Builder> scopes = new LinkedHashMap<>();
        taken.forEach(line -> scopes
                .computeIfAbsent(line.logger(), logger -> ScopeLogs.newBuilder().setScope(InstrumentationScope.newBuilder().setName(logger)))
                .addLogRecords(line.record()));
        return scopes.values().stream().map(ScopeLogs.Builder::build).toList();
    }

    private LogRecord record(java.util.logging.LogRecord line)
    {
        boolean error = line.getLevel().intValue() >= Level.SEVERE.intValue();
        long nanos = line.getInstant().getEpochSecond() * NANOS_PER_SECOND + line.getInstant().getNano();
        LogRecord.Builder record = LogRecord.newBuilder()
                .setTimeUnixNano(nanos)
                .setObservedTimeUnixNano(nanos)
                .setSeverityNumber(error ? SeverityNumber.SEVERITY_NUMBER_ERROR : SeverityNumber.SEVERITY_NUMBER_WARN)
                .setSeverityText(error ? "ERROR" : "WARN")
                .setBody(text(formatter.formatMessage(line), MESSAGE_LENGTH_MAX));
        Throwable thrown = line.getThrown();
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            record.addAttributes(attribute("exception.type", thrown.getClass().getName()))
                    .addAttributes(attribute("exception.message", String.valueOf(thrown.getMessage())))
                    .addAttributes(KeyValue.newBuilder().setKey("exception.stacktrace").setValue(text(trace.toString(), STACK_TRACE_LENGTH_MAX)));
        }
        return record.build();
    }

    private static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(text(value, MESSAGE_LENGTH_MAX)).build();
    }

    private static AnyValue text(String text, int lengthMax)
    {
        return AnyValue.newBuilder().setStringValue(text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "…").build();
    }
}
