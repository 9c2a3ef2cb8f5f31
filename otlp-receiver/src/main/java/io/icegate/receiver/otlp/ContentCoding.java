package io.icegate.receiver.otlp;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.airlift.compress.v3.snappy.SnappyFramedInputStream;
import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

import static java.util.Objects.requireNonNull;

/**
 * How a body may be compressed: what exporters and the OpenTelemetry Collector send.
 */
enum ContentCoding
{
    IDENTITY("identity", (in, _) -> in),
    GZIP("gzip", (in, _) -> new GZIPInputStream(in, ContentCoding.BUFFER_BYTES)),
    ZSTD("zstd", (in, _) -> new ZstdInputStreamNoFinalizer(in)),
    /**
     * HTTP calls zlib's format by this name; some clients send it without zlib's header.
     */
    DEFLATE("deflate", (in, _) -> inflate(in)),
    ZLIB("zlib", (in, _) -> inflate(in)),
    /**
     * The Collector means frames or one block, depending on its version, so what comes is looked at.
     */
    SNAPPY("snappy", ContentCoding::unsnappy),
    SNAPPY_FRAMED("x-snappy-framed", (in, _) -> new SnappyFramedInputStream(new SnappyJavaDecompressor(), in)),
    LZ4("lz4", (in, _) -> new FramedLZ4CompressorInputStream(new BufferedInputStream(in, ContentCoding.BUFFER_BYTES), true));

    /**
     * For the header {@code Accept-Encoding}.
     */
    static final String ACCEPTED = Stream.of(values()).map(coding -> coding.text).collect(Collectors.joining(", "));

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final byte[] SNAPPY_FRAMES = {(byte) 0xFF, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};

    private final String text;
    private final Decompression decompression;

    /**
     * Opens a decompressing stream.
     */
    @FunctionalInterface
    private interface Decompression
    {
        InputStream open(InputStream in, LongConsumer hold)
                throws IOException;
    }

    ContentCoding(String text, Decompression decompression)
    {
        this.text = text;
        this.decompression = decompression;
    }

    /**
     * @param header value of {@code Content-Encoding}; null when it was not sent
     * @throws RefusedException when it is not served
     */
    static ContentCoding from(@Nullable String header)
    {
        String name = header == null ? "" : header.strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty()) {
            return IDENTITY;
        }
        if (name.equals("x-gzip")) {
            return GZIP;
        }
        return Stream.of(values())
                .filter(coding -> coding.text.equals(name))
                .findFirst()
                .orElseThrow(() -> new RefusedException(Refusal.UNKNOWN_ENCODING, "Cannot read content encoding '%s': %s are served".formatted(header, ACCEPTED)));
    }

    String text()
    {
        return text;
    }

    /**
     * The bytes that a body stands for, for a reader that bounds them.
     *
     * @param hold told how much memory is needed for what cannot be decompressed piece by piece; refuses what is too much
     */
    InputStream open(InputStream body, LongConsumer hold)
            throws IOException
    {
        if (this == IDENTITY) {
            return body;
        }
        try {
            return new Decompressed(decompression.open(body, hold));
        }
        catch (WireStream.ConnectionException | RefusedException e) {
            throw e;
        }
        catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private RefusedException damaged(Exception cause)
    {
        return new RefusedException(Refusal.MALFORMED, "Cannot read request: the body is no %s: %s".formatted(text, cause.getMessage()), cause);
    }

    private static InputStream inflate(InputStream in)
            throws IOException
    {
        BufferedInputStream body = new BufferedInputStream(in, BUFFER_BYTES);
        byte[] start = peek(body, 2);
        boolean zlib = start.length == 2 && (start[0] & 0x0F) == 8 && ((start[0] & 0xFF) << 8 | start[1] & 0xFF) % 31 == 0;
        Inflater inflater = new Inflater(!zlib);
        return new InflaterInputStream(body, inflater, BUFFER_BYTES)
        {
            @Override
            public void close()
                    throws IOException
            {
                inflater.end();
                super.close();
            }
        };
    }

    private static InputStream unsnappy(InputStream in, LongConsumer hold)
            throws IOException
    {
        BufferedInputStream body = new BufferedInputStream(in, BUFFER_BYTES);
        return Arrays.equals(peek(body, SNAPPY_FRAMES.length), SNAPPY_FRAMES) ? SNAPPY_FRAMED.decompression.open(body, hold) : new SnappyBlock(body, hold);
    }

    private static byte[] peek(BufferedInputStream in, int count)
            throws IOException
    {
        in.mark(count);
        byte[] start = in.readNBytes(count);
        in.reset();
        return start;
    }

    /**
     * Reports everything that a decompressor throws as damaged input.
     */
    private final class Decompressed
            extends FilterInputStream
    {
        private Decompressed(InputStream in)
        {
            super(requireNonNull(in, "in is null"));
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
            try {
                return in.read(buffer, offset, length);
            }
            catch (WireStream.ConnectionException | RefusedException e) {
                throw e;
            }
            catch (IOException | RuntimeException e) {
                throw damaged(e);
            }
        }
    }
}
