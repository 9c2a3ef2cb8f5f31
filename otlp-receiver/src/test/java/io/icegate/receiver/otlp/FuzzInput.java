package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;

import java.util.HexFormat;
import java.util.OptionalLong;

import static java.util.Objects.requireNonNull;

/**
 * A request that may be damaged.
 *
 * @param seed makes it again, with {@link FuzzInputs#of}
 * @param coding value of {@code Content-Encoding}
 * @param wire bytes as they are sent
 * @param records how many the request holds; empty when it was changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FuzzInput(long seed, OtlpSignal signal, Encoding encoding, String coding, byte[] wire, OptionalLong records)
{
    private static final int BYTES_SHOWN = 500;

    public FuzzInput
    {
        requireNonNull(signal, "signal is null");
        requireNonNull(encoding, "encoding is null");
        requireNonNull(coding, "coding is null");
        requireNonNull(records, "records is null");
    }

    @Override
    public String toString()
    {
        int shown = Math.min(wire.length, BYTES_SHOWN);
        return "seed=%s %s %s %s, %s bytes: %s%s".formatted(seed, signal.name(), encoding, coding, wire.length, HexFormat.of().formatHex(wire, 0, shown), shown < wire.length ? "…" : "");
    }
}
