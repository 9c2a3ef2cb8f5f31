package io.icegate.server.reload;

import io.airlift.log.Logger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;

/**
 * What was read from files that belong together. A change is adopted when two looks in a row find the same content, so that a file
 * that is being written is not taken for the whole. Content that cannot be used is told once, and what was good stays in force.
 */
public final class ReloadedFiles<T>
{
    /**
     * Bytes of the largest file.
     */
    public static final int FILE_BYTES_MAX = 1024 * 1024;

    private static final Logger log = Logger.get(ReloadedFiles.class);

    private final String what;
    private final List<Path> files;
    private final Reading<T> reading;
    private final Consumer<String> console;
    private final List<Consumer<T>> listeners = new ArrayList<>();
    private volatile T current;
    private List<ByteBuffer> adopted;
    private List<ByteBuffer> candidate;
    private List<ByteBuffer> refused = List.of();
    private String unreadable = "";

    /**
     * Makes a value of the contents of all files.
     */
    @FunctionalInterface
    public interface Reading<T>
    {
        /**
         * @throws IllegalArgumentException when the contents cannot be used; the message holds nothing of them
         */
        T read(List<byte[]> contents);
    }

    /**
     * Reads the files for the first time.
     *
     * @param what is in the files, for messages
     * @throws IllegalArgumentException when they cannot be used
     */
    public ReloadedFiles(String what, List<Path> files, Reading<T> reading)
    {
        this(what, files, reading, line -> log.warn("%s", line));
    }

    ReloadedFiles(String what, List<Path> files, Reading<T> reading, Consumer<String> console)
    {
        this.what = requireNonNull(what, "what is null");
        this.files = List.copyOf(files);
        this.reading = requireNonNull(reading, "reading is null");
        this.console = requireNonNull(console, "console is null");
        try {
            adopted = contents();
            candidate = adopted;
            current = read(adopted);
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s: %s".formatted(what, reason(e)), e);
        }
        catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Cannot use %s: %s".formatted(what, e.getMessage()), e);
        }
    }

    /**
     * What was read last, of all that could be used.
     */
    public T current()
    {
        return current;
    }

    /**
     * Tells of each new value.
     *
     * @param listener throws {@link IllegalArgumentException} for a value that it cannot use
     */
    public synchronized void onChange(Consumer<T> listener)
    {
        listeners.add(requireNonNull(listener, "listener is null"));
    }

    /**
     * Looks whether the files have changed. Never throws.
     */
    public synchronized void look()
    {
        List<ByteBuffer> found;
        try {
            found = contents();
            unreadable = "";
        }
        catch (IOException e) {
            String reason = reason(e);
            if (!reason.equals(unreadable)) {
                unreadable = reason;
                console.accept("Cannot read %s, the last ones stay in force: %s".formatted(what, reason));
            }
            return;
        }
        boolean settled = found.equals(candidate);
        candidate = found;
        if (found.equals(adopted)) {
            refused = List.of();
            return;
        }
        if (settled && !found.equals(refused)) {
            adopt(found);
        }
    }

    private void adopt(List<ByteBuffer> found)
    {
        try {
            T read = read(found);
            listeners.forEach(listener -> listener.accept(read));
            current = read;
            adopted = found;
            refused = List.of();
        }
        catch (RuntimeException e) {
            refused = found;
            console.accept("Cannot use %s, the last ones stay in force: %s".formatted(what, e instanceof IllegalArgumentException ? e.getMessage() : e.getClass().getSimpleName()));
            return;
        }
        log.info("%s have changed and are in force", what);
    }

    private T read(List<ByteBuffer> contents)
    {
        return reading.read(contents.stream().map(ByteBuffer::array).toList());
    }

    private List<ByteBuffer> contents()
            throws IOException
    {
        List<ByteBuffer> contents = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] content = in.readNBytes(FILE_BYTES_MAX + 1);
                if (content.length > FILE_BYTES_MAX) {
                    throw new IOException("%s has more than %s bytes".formatted(file, FILE_BYTES_MAX));
                }
                contents.add(ByteBuffer.wrap(content));
            }
        }
        return contents;
    }

    private static String reason(IOException failure)
    {
        return failure instanceof NoSuchFileException missing ? "there is no file %s".formatted(missing.getFile()) : failure.toString();
    }
}
