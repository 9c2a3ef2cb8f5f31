package io.icegate.schema;

/**
 * The kinds of telemetry with a fixed table each. A table needs no entry here to take segments: everything below works on
 * its {@link TableShape} alone.
 */
@SuppressWarnings("ImmutableEnumChecker") // the types in a shape are immutable, only not annotated so
public enum Signal
{
    LOGS(LogsColumns.shape()),
    SPANS(SpansColumns.shape()),
    METRICS(MetricsColumns.shape());

    private final TableShape shape;

    Signal(TableShape shape)
    {
        this.shape = shape;
    }

    public TableShape shape()
    {
        return shape;
    }
}
