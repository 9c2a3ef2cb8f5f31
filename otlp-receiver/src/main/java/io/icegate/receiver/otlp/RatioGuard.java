package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

import static java.util.Objects.requireNonNull;

/**
 * A decompressing stream that refuses decompression bombs: more than 8 MiB out at more than 200 times the bytes in.
 */
final class RatioGuard
        extends FilterInputStream
{
    static final long RATIO_MAX = 200;
    static final long UNCHECKED_BYTES = 8L * 1024 * 1024;

    private final Counting compressed;
    private final Counting decompressed;

    private RatioGuard(Counting compressed, Counting decompressed)
    {
        super(decompressed);
        this.compressed = compressed;
        this.decompressed = decompressed;
    }

    static InputStream gunzip(InputStream in)
            throws IOException
    {
        return open(in, counted -> new GZIPInputStream(counted, 16 * 1024));
    }

    static InputStream open(InputStream in, Decompression decompression)
            throws IOException
    {
        Counting compressed = new Counting(in);
        return new RatioGuard(compressed, new Counting(decompression.open(compressed)));
    }

    @Override
    public int read()
            throws IOException
    {
        int value = super.read();
        check();
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length)
            throws IOException
    {
        int count = super.read(buffer, offset, length);
        check();
        return count;
    }

    @Override
    public long skip(long count)
            throws IOException
    {
        long skipped = super.skip(count);
        check();
        return skipped;
    }

    private void check()
    {
        if (decompressed.count > UNCHECKED_BYTES && decompressed.count / RATIO_MAX > compressed.count) {
            throw new RefusedException(Refusal.MALFORMED, "Cannot accept request: it decompresses to more than %s times its size; send it in smaller batches, or not compressed".formatted(RATIO_MAX));
        }
    }

    /**
     * Opens a decompressing stream.
     */
    @FunctionalInterface
    interface Decompression
    {
        InputStream open(InputStream in)
                throws IOException;
    }

    private static final class Counting
            extends FilterInputStream
    {
        private long count;

        private Counting(InputStream in)
        {
            super(requireNonNull(in, "in is null"));
        }

        @Override
        public int read()
                throws IOException
        {
            int value = super.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length)
                throws IOException
        {
            int read = super.read(buffer, offset, length);
            count += Math.max(read, 0);
            return read;
        }

        @Override
        public long skip(long requested)
                throws IOException
        {
            long skipped = super.skip(requested);
            count += skipped;
            return skipped;
        }
    }
}
