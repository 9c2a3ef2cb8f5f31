package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Keeps what the columns of a row cannot give back, as whole messages in the form that was sent. Leaves out empty parts.
 *
 * @param record the log record, span or data point
 * @param metric the metric without its data points
 * @param resourceEnvelope unknown fields of ResourceLogs, and its schema URL when that is not UTF-8
 * @param scopeEnvelope the same of ScopeLogs
 * @param requestEnvelope unknown fields of the request
 * @param reasons bits of {@link Reasons}; 0 when there is nothing to keep
 */
record Residual(
        ByteString record,
        ByteString resource,
        ByteString scope,
        ByteString metric,
        ByteString resourceEnvelope,
        ByteString scopeEnvelope,
        ByteString requestEnvelope,
        int reasons)
{
    static final int RECORD = 1;
    static final int RESOURCE = 2;
    static final int SCOPE = 3;
    static final int METRIC = 4;
    static final int RESOURCE_ENVELOPE = 5;
    static final int SCOPE_ENVELOPE = 6;
    static final int REQUEST_ENVELOPE = 7;
    static final int REASONS = 15;

    static final Residual NONE = new Residual(ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY, 0);

    Residual withRecord(ByteString message, int recordReasons)
    {
        return new Residual(message, resource, scope, metric, resourceEnvelope, scopeEnvelope, requestEnvelope, reasons | recordReasons);
    }

    Residual withResource(ByteString message, int resourceReasons)
    {
        return new Residual(record, message, scope, metric, resourceEnvelope, scopeEnvelope, requestEnvelope, reasons | resourceReasons);
    }

    Residual withScope(ByteString message, int scopeReasons)
    {
        return new Residual(record, resource, message, metric, resourceEnvelope, scopeEnvelope, requestEnvelope, reasons | scopeReasons);
    }

    Residual withMetric(ByteString message, int metricReasons)
    {
        return new Residual(record, resource, scope, message, resourceEnvelope, scopeEnvelope, requestEnvelope, reasons | metricReasons);
    }

    Residual withReasons(int more)
    {
        return more == 0 ? this : new Residual(record, resource, scope, metric, resourceEnvelope, scopeEnvelope, requestEnvelope, reasons | more);
    }

    Residual withResourceEnvelope(ByteString fields)
    {
        return fields.isEmpty() ? this : new Residual(record, resource, scope, metric, fields, scopeEnvelope, requestEnvelope, reasons | Reasons.UNKNOWN_FIELD);
    }

    Residual withScopeEnvelope(ByteString fields)
    {
        return fields.isEmpty() ? this : new Residual(record, resource, scope, metric, resourceEnvelope, fields, requestEnvelope, reasons | Reasons.UNKNOWN_FIELD);
    }

    Residual withRequestEnvelope(ByteString fields)
    {
        return fields.isEmpty() ? this : new Residual(record, resource, scope, metric, resourceEnvelope, scopeEnvelope, fields, reasons | Reasons.UNKNOWN_FIELD);
    }

    /**
     * The column; null when there is nothing to keep.
     */
    byte @Nullable [] toColumn()
    {
        if (reasons == 0) {
            return null;
        }
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            write(out, RECORD, record);
            write(out, RESOURCE, resource);
            write(out, SCOPE, scope);
            write(out, METRIC, metric);
            write(out, RESOURCE_ENVELOPE, resourceEnvelope);
            write(out, SCOPE_ENVELOPE, scopeEnvelope);
            write(out, REQUEST_ENVELOPE, requestEnvelope);
            out.writeUInt32(REASONS, reasons);
            out.flush();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteString().toByteArray();
    }

    private static void write(CodedOutputStream out, int field, ByteString value)
            throws IOException
    {
        if (!value.isEmpty()) {
            out.writeBytes(field, value);
        }
    }
}
