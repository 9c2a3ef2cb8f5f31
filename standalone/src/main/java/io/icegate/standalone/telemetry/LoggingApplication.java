package io.icegate.standalone.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.icegate.standalone.console.CommandException;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;

import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * An application that exports its log lines through a Logback appender, the OpenTelemetry SDK and the SDK's OTLP exporter.
 */
public final class LoggingApplication
        implements Closeable
{
    /**
     * Limit of the records that wait in the SDK. It drops what exceeds the limit, and {@link #flush} does not learn of it.
     */
    public static final int RECORDS_WAITING_MAX = 65_536;

    private static final int BATCH_RECORDS = 512;
    private static final Duration BATCH_DELAY = Duration.ofMillis(200);
    private static final int FLUSH_SECONDS_MAX = 120;

    private final SdkMessages messages = SdkMessages.listen();
    private final SdkLoggerProvider provider;
    private final LoggerContext context;
    private final Logger logger;

    private LoggingApplication(String service, LogRecordProcessor processor)
    {
        provider = SdkLoggerProvider.builder()
                .setResource(OtlpTarget.resource(service))
                .addLogRecordProcessor(processor)
                .build();
        context = new LoggerContext();
        OpenTelemetryAppender appender = new OpenTelemetryAppender(provider);
        appender.setContext(context);
        appender.start();
        logger = context.getLogger("icegate." + service);
        logger.setLevel(Level.TRACE);
        logger.addAppender(appender);
    }

    /**
     * An application that sends in batches, as the SDK does by default.
     */
    public static LoggingApplication batching(String service, OtlpTarget target, Protocol protocol, SdkExportCounts counts)
    {
        LogRecordExporter exporter = target.logs(protocol, counts.meters());
        return new LoggingApplication(service, BatchLogRecordProcessor.builder(exporter)
                .setMaxQueueSize(RECORDS_WAITING_MAX)
                .setMaxExportBatchSize(BATCH_RECORDS)
                .setScheduleDelay(BATCH_DELAY)
                .setExporterTimeout(OtlpTarget.TIMEOUT)
                .build());
    }

    /**
     * An application that sends every record at once, and hears when it was acknowledged.
     */
    public static LoggingApplication immediate(String service, OtlpTarget target, Protocol protocol, SdkExportCounts counts, Consumer<List<LogRecordData>> acknowledged)
    {
        LogRecordExporter exporter = new AcknowledgedExporter(target.logs(protocol, counts.meters()), acknowledged);
        return new LoggingApplication(service, SimpleLogRecordProcessor.create(exporter));
    }

    public Logger logger()
    {
        return logger;
    }

    /**
     * Waits until everything logged so far has been sent and answered.
     */
    public void flush()
    {
        if (!provider.forceFlush().join(FLUSH_SECONDS_MAX, SECONDS).isSuccess()) {
            throw new CommandException("Cannot send all log records of %s: the receiver did not take them within %s s; the SDK says: %s"
                    .formatted(logger.getName(), FLUSH_SECONDS_MAX, messages.last()));
        }
    }

    /**
     * Returns the last complaint of the SDK in any application of this process.
     */
    public static String lastComplaint()
    {
        return SdkMessages.listen().last();
    }

    @Override
    public void close()
    {
        context.stop();
        provider.shutdown().join(FLUSH_SECONDS_MAX, SECONDS);
    }
}
