package io.icegate.receiver.otlp;

import com.github.luben.zstd.ZstdOutputStream;
import io.airlift.compress.v3.snappy.SnappyFramedOutputStream;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Bodies as the libraries under exporters compress them.
 */
final class Compressions
{
    private Compressions() {}

    static byte[] gzip(byte[] content)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    /**
     * Without the size of the content in the frame.
     */
    static byte[] streamedZstd(byte[] content)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(content);
        }
        return out.toByteArray();
    }

    static byte[] deflate(byte[] content, boolean raw)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, raw);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(out, deflater)) {
            deflate.write(content);
        }
        deflater.end();
        return out.toByteArray();
    }

    static byte[] snappyBlock(byte[] content)
    {
        SnappyJavaCompressor compressor = new SnappyJavaCompressor();
        byte[] compressed = new byte[compressor.maxCompressedLength(content.length)];
        return Arrays.copyOf(compressed, compressor.compress(content, 0, content.length, compressed, 0, compressed.length));
    }

    static byte[] snappyFramed(byte[] content)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SnappyFramedOutputStream snappy = new SnappyFramedOutputStream(new SnappyJavaCompressor(), out)) {
            snappy.write(content);
        }
        return out.toByteArray();
    }

    static byte[] lz4(byte[] content, boolean dependentBlocks)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FramedLZ4CompressorOutputStream.Parameters parameters = new FramedLZ4CompressorOutputStream.Parameters(FramedLZ4CompressorOutputStream.BlockSize.K64, true, false, dependentBlocks);
        try (FramedLZ4CompressorOutputStream lz4 = new FramedLZ4CompressorOutputStream(out, parameters)) {
            lz4.write(content);
        }
        return out.toByteArray();
    }
}
