package io.icegate.maintenance.merge;

import org.apache.iceberg.io.InputFile;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static java.lang.Math.toIntExact;
import static java.nio.file.StandardOpenOption.READ;

/**
 * A Parquet file that was copied to this machine, because each of its columns is read on its own: one request to the store
 * instead of one for each chunk.
 */
final class LocalFile
        implements AutoCloseable
{
    private static final int TRAILER_BYTES = 8;
    private static final int MAGIC = 0x3152_4150;
    private static final int READ_BYTES = 64 * 1024;
    /**
     * Where a row has its values, and its levels.
     */
    private static final long ROW_BYTES = 2 * Integer.BYTES;

    private final String location;
    private final Path path;
    private final FileChannel channel;
    private final FileMetaData footer;
    private final Map<Integer, FileLeaf> leaves;

    private LocalFile(String location, Path path, FileChannel channel, FileMetaData footer)
    {
        this.location = location;
        this.path = path;
        this.channel = channel;
        this.footer = footer;
        this.leaves = FileLeaf.of(footer.getSchema());
    }

    static LocalFile copy(InputFile source, Path path)
            throws IOException
    {
        try (InputStream in = source.newStream()) {
            Files.copy(in, path);
        }
        return open(source.location(), path);
    }

    /**
     * A copy that is there already. It is deleted in the end.
     */
    static LocalFile open(String location, Path path)
            throws IOException
    {
        FileChannel channel = FileChannel.open(path, READ);
        try {
            return new LocalFile(location, path, channel, footer(location, channel));
        }
        catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileMetaData footer(String location, FileChannel channel)
            throws IOException
    {
        long size = channel.size();
        ByteBuffer trailer = ByteBuffer.wrap(read(channel, Math.max(0, size - TRAILER_BYTES), (int) Math.min(size, TRAILER_BYTES))).order(ByteOrder.LITTLE_ENDIAN);
        if (size < TRAILER_BYTES || trailer.getInt(Integer.BYTES) != MAGIC || trailer.getInt(0) < 0 || trailer.getInt(0) > size - TRAILER_BYTES) {
            throw MergeRefusedException.damaged("Cannot merge %s: it is no Parquet file".formatted(location));
        }
        int length = trailer.getInt(0);
        return Util.readFileMetaData(new ByteArrayInputStream(read(channel, size - TRAILER_BYTES - length, length)));
    }

    private static byte[] read(FileChannel channel, long position, int length)
            throws IOException
    {
        byte[] bytes = new byte[length];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("Cannot read %s bytes at %s: the file is shorter".formatted(length, position));
            }
        }
        return bytes;
    }

    String location()
    {
        return location;
    }

    FileMetaData footer()
    {
        return footer;
    }

    int rows()
    {
        return toIntExact(footer.getNum_rows());
    }

    Map<Integer, FileLeaf> leaves()
    {
        return leaves;
    }

    /**
     * Bytes that a column takes in memory once it is decoded, about: texts are on the disk, or few.
     */
    long decodedBytes(FileLeaf leaf)
    {
        long valueBytes = leaf.type() == Type.BYTE_ARRAY ? Integer.BYTES : Long.BYTES;
        long bytes = 0;
        for (RowGroup group : footer.getRow_groups()) {
            ColumnMetaData column = group.getColumns().get(leaf.index()).getMeta_data();
            bytes += column.getNum_values() * valueBytes + group.getNum_rows() * ROW_BYTES;
        }
        return bytes;
    }

    /**
     * Opens the pages of one chunk, the dictionary first. A small one, as segments have them, is read at once.
     */
    InputStream open(ColumnChunk chunk)
            throws IOException
    {
        ColumnMetaData column = chunk.getMeta_data();
        long start = column.getData_page_offset();
        if (column.isSetDictionary_page_offset() && column.getDictionary_page_offset() > 0) {
            start = Math.min(start, column.getDictionary_page_offset());
        }
        long size = column.getTotal_compressed_size();
        return size >= 0 && size <= READ_BYTES
                ? new ByteArrayInputStream(read(channel, start, (int) size))
                : new BufferedInputStream(new ChannelStream(channel, start, start + size), READ_BYTES);
    }

    @Override
    public void close()
            throws IOException
    {
        channel.close();
        Files.deleteIfExists(path);
    }

    /**
     * A part of a file, without moving the position that all its readers share.
     */
    private static final class ChannelStream
            extends InputStream
    {
        private final FileChannel channel;
        private final long end;
        private long position;

        private ChannelStream(FileChannel channel, long start, long end)
        {
            this.channel = channel;
            this.position = start;
            this.end = end;
        }

        @Override
        public int read()
                throws IOException
        {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length)
                throws IOException
        {
            if (position >= end) {
                return -1;
            }
            int count = channel.read(ByteBuffer.wrap(bytes, offset, (int) Math.min(length, end - position)), position);
            position += Math.max(0, count);
            return count;
        }
    }
}
