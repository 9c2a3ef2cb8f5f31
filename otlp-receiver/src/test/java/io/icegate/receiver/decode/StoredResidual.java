package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import org.jspecify.annotations.Nullable;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * Reads the column {@code otlp_residual}.
 */
final class StoredResidual
{
    private StoredResidual() {}

    static Residual parse(byte @Nullable [] column)
    {
        UnknownFieldSet fields;
        try {
            fields = UnknownFieldSet.parseFrom(requireNonNull(column, "nothing is kept"));
        }
        catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("Cannot read residual", e);
        }
        return new Residual(
                message(fields, Residual.RECORD),
                message(fields, Residual.RESOURCE),
                message(fields, Residual.SCOPE),
                message(fields, Residual.METRIC),
                message(fields, Residual.RESOURCE_ENVELOPE),
                message(fields, Residual.SCOPE_ENVELOPE),
                message(fields, Residual.REQUEST_ENVELOPE),
                fields.getField(Residual.REASONS).getVarintList().getFirst().intValue());
    }

    private static ByteString message(UnknownFieldSet fields, int field)
    {
        List<ByteString> found = fields.getField(field).getLengthDelimitedList();
        return found.isEmpty() ? ByteString.EMPTY : found.getFirst();
    }
}
