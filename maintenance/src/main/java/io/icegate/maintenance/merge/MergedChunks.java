package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.ByteSink;
import io.icegate.wal.parquet.ColumnWriter.Chunk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static java.lang.Math.toIntExact;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The chunks of all row groups of a merge on the local disk. Columns are made one after the other, but a file has its row groups
 * one after the other.
 */
final class MergedChunks
        implements AutoCloseable
{
    private final Path path;
    private final FileChannel channel;
    private final List<List<Stored>> columns = new ArrayList<>();
    private long position;

    /**
     * @param bloomFilter as it stands in a file
     */
    record Stored(Chunk chunk, long position, int size, Optional<byte[]> bloomFilter) {}

    private MergedChunks(Path path, FileChannel channel)
    {
        this.path = path;
        this.channel = channel;
    }

    static MergedChunks create(Path path)
            throws IOException
    {
        return new MergedChunks(path, FileChannel.open(path, CREATE_NEW, READ, WRITE));
    }

    void startColumn()
    {
        columns.add(new ArrayList<>());
    }

    /**
     * Stores the next chunk of the column that was started last.
     */
    void add(Chunk chunk, ByteSink content, Optional<byte[]> bloomFilter)
            throws IOException
    {
        ByteBuffer buffer = ByteBuffer.wrap(content.array(), 0, content.size());
        long start = position;
        while (buffer.hasRemaining()) {
            position += channel.write(buffer, position);
        }
        columns.get(columns.size() - 1).add(new Stored(chunk, start, toIntExact(position - start), bloomFilter));
    }

    /**
     * Returns the chunks of a row group, in the order of the columns.
     */
    List<Stored> group(int group)
    {
        return columns.stream().map(chunks -> chunks.get(group)).toList();
    }

    /**
     * Returns the bytes of a row group.
     */
    long groupBytes(int group)
    {
        return columns.stream().mapToLong(chunks -> chunks.get(group).size()).sum();
    }

    void copy(Stored chunk, OutputStream out)
            throws IOException
    {
        byte[] bytes = new byte[chunk.size()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, chunk.position() + buffer.position()) < 0) {
                throw new IOException("Cannot read %s: it is shorter than what was written".formatted(path));
            }
        }
        out.write(bytes);
    }

    @Override
    public void close()
            throws IOException
    {
        channel.close();
        Files.deleteIfExists(path);
    }
}
