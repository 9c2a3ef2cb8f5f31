package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Refuses a compressed body whose bytes on the wire exceed the limit.
 */
final class BoundedStream
        extends FilterInputStream
{
    private final long limitBytes;
    private long count;

    BoundedStream(InputStream in, long limitBytes)
    {
        super(in);
        this.limitBytes = limitBytes;
    }

    @Override
    public int read()
            throws IOException
    {
        int value = super.read();
        add(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length)
            throws IOException
    {
        int read = super.read(buffer, offset, length);
        add(Math.max(read, 0));
        return read;
    }

    static RefusedException tooLarge(long limitBytes)
    {
        return new RefusedException(
                Refusal.TOO_LARGE,
                "Cannot accept request: its compressed body is larger than %s bytes; send smaller batches, or raise icegate.otlp.max-compressed-size".formatted(limitBytes));
    }

    private void add(int bytes)
    {
        count += bytes;
        if (count > limitBytes) {
            throw tooLarge(limitBytes);
        }
    }
}
