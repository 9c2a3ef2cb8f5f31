package io.icegate.maintenance.merge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * Texts of one column that would take too much memory, on the local disk: those of inputs whose rows come in another order. Not safe for use by several threads.
 */
final class TextSpill
        implements AutoCloseable
{
    /**
     * Bytes that were read and may be asked for again: in the order of a table the rows of a time stand together, and come from few
     * places of some inputs.
     */
    private static final long KEPT_BYTES_MAX = 24L << 20;

    private final Path path;
    private final long keptBytesMax;
    private final FileChannel channel;
    private final Queue<Kept> kept = new ArrayDeque<>();
    private long keptBytes;
    private long position;

    private record Kept(SpilledPage page, int block, int bytes) {}

    private TextSpill(Path path, long keptBytesMax, FileChannel channel)
    {
        this.path = path;
        this.keptBytesMax = keptBytesMax;
        this.channel = channel;
    }

    static TextSpill create(Path path)
            throws IOException
    {
        return create(path, KEPT_BYTES_MAX);
    }

    static TextSpill create(Path path, long keptBytesMax)
            throws IOException
    {
        return new TextSpill(path, keptBytesMax, FileChannel.open(path, CREATE_NEW, READ, WRITE));
    }

    /**
     * Forgets the texts of the column before.
     */
    void startColumn()
    {
        position = 0;
        kept.clear();
        keptBytes = 0;
    }

    /**
     * Stores the content of a page.
     *
     * @return where it is
     */
    long add(byte[] content)
            throws IOException
    {
        long start = position;
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            position += channel.write(buffer, position);
        }
        return start;
    }

    byte[] read(long from, int length)
    {
        byte[] bytes = new byte[length];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, from + buffer.position()) < 0) {
                    throw new IOException("Cannot read %s: it is shorter than what was written".formatted(path));
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    /**
     * Counts a block that was read, and lets go of the oldest ones.
     */
    void keep(SpilledPage page, int block, int bytes)
    {
        kept.add(new Kept(page, block, bytes));
        keptBytes += bytes;
        while (keptBytes > keptBytesMax && kept.size() > 1) {
            Kept oldest = kept.remove();
            oldest.page().forget(oldest.block());
            keptBytes -= oldest.bytes();
        }
    }

    @Override
    public void close()
            throws IOException
    {
        channel.close();
        Files.deleteIfExists(path);
    }
}
