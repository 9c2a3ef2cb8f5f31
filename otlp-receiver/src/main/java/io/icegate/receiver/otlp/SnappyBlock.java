package io.icegate.receiver.otlp;

import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

import static java.util.Objects.requireNonNull;

/**
 * One block of snappy, which can be decompressed only as a whole. How long that is stands at its beginning, and is believed
 * only as far as the format allows: three bytes stand for sixty-four at most.
 */
final class SnappyBlock
        extends InputStream
{
    private static final long RATIO_MAX = 22;

    private final InputStream body;
    private final LongConsumer hold;
    private @Nullable InputStream content;

    /**
     * @param hold told the bytes of memory that are needed beside what is read
     */
    SnappyBlock(InputStream body, LongConsumer hold)
    {
        this.hold = requireNonNull(hold, "hold is null");
        this.body = requireNonNull(body, "body is null");
    }

    @Override
    public int read()
            throws IOException
    {
        return content().read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length)
            throws IOException
    {
        return content().read(buffer, offset, length);
    }

    private InputStream content()
            throws IOException
    {
        InputStream opened = content;
        if (opened == null) {
            byte[] compressed = body.readAllBytes();
            SnappyJavaDecompressor decompressor = new SnappyJavaDecompressor();
            int length = decompressor.getUncompressedLength(compressed, 0);
            if (length < 0 || length > compressed.length * RATIO_MAX) {
                throw new IOException("a block of %s bytes cannot hold %s".formatted(compressed.length, Integer.toUnsignedString(length)));
            }
            hold.accept(length);
            byte[] decompressed = new byte[length];
            int written = decompressor.decompress(compressed, 0, compressed.length, decompressed, 0, length);
            opened = new ByteArrayInputStream(decompressed, 0, written);
            content = opened;
        }
        return opened;
    }

    @Override
    public void close()
            throws IOException
    {
        body.close();
    }
}
