package io.icegate.schema;

/**
 * Lengths of the ids of W3C Trace Context in bytes; in hex they are twice as long.
 */
public final class TraceContext
{
    public static final int TRACE_ID_BYTES = 16;
    public static final int SPAN_ID_BYTES = 8;

    private TraceContext() {}
}
