package io.icegate.standalone.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;

/**
 * Tells a listener about records at the moment at which the exporter's success callback runs.
 */
final class AcknowledgedExporter
        implements LogRecordExporter
{
    private final LogRecordExporter exporter;
    private final Consumer<List<LogRecordData>> acknowledged;

    AcknowledgedExporter(LogRecordExporter exporter, Consumer<List<LogRecordData>> acknowledged)
    {
        this.exporter = requireNonNull(exporter, "exporter is null");
        this.acknowledged = requireNonNull(acknowledged, "acknowledged is null");
    }

    @Override
    public CompletableResultCode export(Collection<LogRecordData> records)
    {
        List<LogRecordData> copy = List.copyOf(records);
        CompletableResultCode result = exporter.export(records);
        return result.whenComplete(() -> {
            if (result.isSuccess()) {
                acknowledged.accept(copy);
            }
        });
    }

    @Override
    public CompletableResultCode flush()
    {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown()
    {
        return exporter.shutdown();
    }
}
