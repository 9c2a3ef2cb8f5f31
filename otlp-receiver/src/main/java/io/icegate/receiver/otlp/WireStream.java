package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request body as it comes from the client. Tells its own failures from those of a decompressor that reads it.
 */
final class WireStream
        extends FilterInputStream
{
    private final long limitBytes;
    private final String setting;
    private long count;

    /**
     * The connection failed. The request may be incomplete, and the client may be gone.
     */
    static final class ConnectionException
            extends IOException
    {
        private static final long serialVersionUID = 1L;

        private ConnectionException(IOException cause)
        {
            super("Cannot read request: " + cause.getMessage(), cause);
        }
    }

    /**
     * @param setting of the limit, for people
     */
    WireStream(InputStream in, long limitBytes, String setting)
    {
        super(in);
        this.limitBytes = limitBytes;
        this.setting = setting;
    }

    @Override
    public int read()
            throws IOException
    {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length)
            throws IOException
    {
        int read;
        try {
            read = in.read(buffer, offset, length);
        }
        catch (EOFException e) {
            throw new RefusedException(Refusal.MALFORMED, "Cannot read request: the body ends after %s bytes, before its announced end".formatted(count), e);
        }
        catch (IOException e) {
            throw new ConnectionException(e);
        }
        count += Math.max(read, 0);
        if (count > limitBytes) {
            throw tooLarge(limitBytes, setting);
        }
        return read;
    }

    static RefusedException tooLarge(long limitBytes, String setting)
    {
        return new RefusedException(Refusal.TOO_LARGE, "Cannot accept request: it is larger than %s bytes; send smaller batches, or raise %s".formatted(limitBytes, setting));
    }
}
