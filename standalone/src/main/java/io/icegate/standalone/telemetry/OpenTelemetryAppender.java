package io.icegate.standalone.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import org.slf4j.event.KeyValuePair;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Hands every log event of Logback to the logs API of OpenTelemetry, with its key-value pairs as attributes. (The appender of the
 * OpenTelemetry instrumentation project needs an older SDK: it calls internals that 1.67.0 no longer has.)
 */
final class OpenTelemetryAppender
        extends UnsynchronizedAppenderBase<ILoggingEvent>
{
    private final LoggerProvider provider;

    OpenTelemetryAppender(LoggerProvider provider)
    {
        this.provider = requireNonNull(provider, "provider is null");
    }

    @Override
    protected void append(ILoggingEvent event)
    {
        LogRecordBuilder builder = provider.get(event.getLoggerName()).logRecordBuilder()
                .setTimestamp(event.getInstant())
                .setContext(Context.current())
                .setSeverity(severity(event.getLevel()))
                .setSeverityText(event.getLevel().toString())
                .setBody(event.getFormattedMessage());
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> setAttribute(builder, pair.key, pair.value));
        }
        IThrowableProxy throwable = event.getThrowableProxy();
        if (throwable != null) {
            builder.setAttribute("exception.type", throwable.getClassName())
                    .setAttribute("exception.message", throwable.getMessage())
                    .setAttribute("exception.stacktrace", ThrowableProxyUtil.asString(throwable));
        }
        builder.emit();
    }

    private static void setAttribute(LogRecordBuilder builder, String key, Object value)
    {
        switch (value) {
            case Integer number -> builder.setAttribute(key, number);
            case Long number -> builder.setAttribute(key, number);
            case Double number -> builder.setAttribute(key, number);
            case Boolean bool -> builder.setAttribute(key, bool);
            default -> builder.setAttribute(key, value.toString());
        }
    }

    private static Severity severity(Level level)
    {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> Severity.ERROR;
            case Level.WARN_INT -> Severity.WARN;
            case Level.INFO_INT -> Severity.INFO;
            case Level.DEBUG_INT -> Severity.DEBUG;
            default -> Severity.TRACE;
        };
    }
}
