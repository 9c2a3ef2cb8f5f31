package io.icegate.io;

import io.icegate.objectstore.ObjectHead;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Reads a file in ranges. Bytes are fetched ahead: {@value #AHEAD_MIN} bytes after a jump, twice as many each time the
 * reader goes on, to {@value #AHEAD_MAX}. A large read fetches exactly what it asks for, into no buffer of ours.
 */
final class StoreInputStream
        extends SeekableInputStream
        implements RangeReadable
{
    static final int AHEAD_MIN = 128 * 1024;
    static final int AHEAD_MAX = 4 * 1024 * 1024;

    private final String location;
    private final StoreLocation target;
    private Optional<Long> length;
    private long position;
    private byte[] buffer = new byte[0];
    private long bufferStart;
    private int ahead = AHEAD_MIN;
    private boolean closed;

    StoreInputStream(String location, StoreLocation target, Optional<Long> length)
    {
        this.location = requireNonNull(location, "location is null");
        this.target = requireNonNull(target, "target is null");
        this.length = requireNonNull(length, "length is null");
    }

    /**
     * Fetches the first bytes.
     *
     * @throws NotFoundException when there is no such file
     */
    void open()
            throws IOException
    {
        fill();
    }

    @Override
    public long getPos()
    {
        return position;
    }

    @Override
    public void seek(long newPosition)
            throws IOException
    {
        checkOpen();
        if (newPosition < 0) {
            throw new EOFException("Cannot seek to %s in %s: negative".formatted(newPosition, location));
        }
        position = newPosition;
    }

    @Override
    public int read()
            throws IOException
    {
        checkOpen();
        if (buffered() == 0) {
            fill();
            if (buffered() == 0) {
                return -1;
            }
        }
        int value = buffer[(int) (position - bufferStart)] & 0xFF;
        position++;
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int count)
            throws IOException
    {
        checkOpen();
        if (count == 0) {
            return 0;
        }
        if (buffered() == 0) {
            if (count >= ahead) {
                byte[] direct = fetch(position, count);
                if (direct.length == 0) {
                    return -1;
                }
                System.arraycopy(direct, 0, target, offset, direct.length);
                position += direct.length;
                return direct.length;
            }
            fill();
            if (buffered() == 0) {
                return -1;
            }
        }
        int copied = Math.min(count, buffered());
        System.arraycopy(buffer, (int) (position - bufferStart), target, offset, copied);
        position += copied;
        return copied;
    }

    @Override
    public long skip(long count)
            throws IOException
    {
        checkOpen();
        if (count <= 0) {
            return 0;
        }
        long end = length();
        long skipped = Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public int available()
    {
        return buffered();
    }

    @Override
    public void readFully(long from, byte[] target, int offset, int count)
            throws IOException
    {
        checkOpen();
        byte[] bytes = fetch(from, count);
        if (bytes.length < count) {
            throw new EOFException("Cannot read %s bytes at %s of %s: it ends after %s".formatted(count, from, location, bytes.length));
        }
        System.arraycopy(bytes, 0, target, offset, count);
    }

    @Override
    public int readTail(byte[] target, int offset, int count)
            throws IOException
    {
        checkOpen();
        long size = length();
        byte[] bytes = fetch(Math.max(0, size - count), (int) Math.min(count, size));
        System.arraycopy(bytes, 0, target, offset, bytes.length);
        return bytes.length;
    }

    @Override
    public void close()
    {
        closed = true;
        buffer = new byte[0];
    }

    private int buffered()
    {
        long left = bufferStart + buffer.length - position;
        return position >= bufferStart && left > 0 ? (int) left : 0;
    }

    private void fill()
            throws IOException
    {
        boolean goesOn = buffer.length > 0 && position == bufferStart + buffer.length;
        ahead = goesOn ? Math.min(AHEAD_MAX, ahead * 2) : AHEAD_MIN;
        buffer = fetch(position, ahead);
        bufferStart = position;
    }

    private byte[] fetch(long from, int count)
            throws IOException
    {
        long wanted = count;
        if (length.isPresent()) {
            wanted = Math.max(0, Math.min(count, length.orElseThrow() - from));
        }
        if (wanted == 0) {
            return new byte[0];
        }
        try {
            byte[] content = target.store().read(target.key(), from, (int) wanted).content();
            if (content.length < wanted && length.isEmpty() && content.length > 0) {
                length = Optional.of(from + content.length);
            }
            return content;
        }
        catch (FileNotFoundException e) {
            throw new NotFoundException(e, "Failed to open input stream for file: %s", location);
        }
    }

    private long length()
            throws IOException
    {
        if (length.isEmpty()) {
            ObjectHead head = target.store().head(target.key())
                    .orElseThrow(() -> new NotFoundException("Failed to open input stream for file: %s", location));
            length = Optional.of(head.size());
        }
        return length.orElseThrow();
    }

    private void checkOpen()
            throws IOException
    {
        if (closed) {
            throw new IOException("Cannot read %s: the stream is closed".formatted(location));
        }
    }
}
