package io.icegate.receiver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/**
 * Compressed bodies.
 */
final class Bombs
{
    private static final int MEMBER_BYTES = 64 * 1024 * 1024;

    private Bombs() {}

    static byte[] gzip(byte[] content)
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Zeros, about a thousand times as many as the bytes returned.
     */
    static byte[] zeros(long inflatedBytes)
    {
        byte[] member = gzip(new byte[MEMBER_BYTES]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long inflated = 0; inflated < inflatedBytes; inflated += MEMBER_BYTES) {
            out.writeBytes(member);
        }
        return out.toByteArray();
    }
}
