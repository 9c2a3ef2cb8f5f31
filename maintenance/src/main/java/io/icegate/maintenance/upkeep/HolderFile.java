package io.icegate.maintenance.upkeep;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

/**
 * The name under which a process holds leases, kept in its folder, so that one that was killed and started again has the leases of
 * before instead of waiting until they end. The file is locked, by the system, while the process lives: a second process
 * on the same folder has a name of its own, as has one that cannot use the file.
 */
final class HolderFile
        implements AutoCloseable
{
    private static final Logger log = LoggerFactory.getLogger(HolderFile.class);
    private static final String NAME = "holder";
    private static final Pattern HOLDER = Pattern.compile("[0-9a-f]{16}");

    private final Optional<FileChannel> locked; // the lock ends with it
    private final String holder;

    private HolderFile(Optional<FileChannel> locked, String holder)
    {
        this.locked = requireNonNull(locked, "locked is null");
        this.holder = requireNonNull(holder, "holder is null");
    }

    /**
     * @param folder an existing one on the local disk
     * @param random never repeats itself among processes
     */
    static HolderFile open(Path folder, RandomGenerator random)
    {
        String fresh = "%016x".formatted(random.nextLong());
        try {
            FileChannel channel = FileChannel.open(folder.resolve(NAME), CREATE, READ, WRITE);
            try {
                if (channel.tryLock() != null) {
                    return new HolderFile(Optional.of(channel), holder(channel, fresh));
                }
            }
            catch (IOException | OverlappingFileLockException e) {
                log.debug("Cannot lock the holder in {}", folder, e);
            }
            channel.close();
        }
        catch (IOException e) {
            log.warn("Cannot use the holder in {}, after a kill the tables wait until the leases end: {}", folder, e.toString());
        }
        return new HolderFile(Optional.empty(), fresh);
    }

    private static String holder(FileChannel channel, String fresh)
            throws IOException
    {
        ByteBuffer bytes = ByteBuffer.allocate(fresh.length());
        channel.read(bytes, 0);
        String stored = new String(bytes.array(), US_ASCII);
        if (HOLDER.matcher(stored).matches()) {
            return stored;
        }
        channel.truncate(0).write(ByteBuffer.wrap(fresh.getBytes(US_ASCII)), 0);
        return fresh;
    }

    String holder()
    {
        return holder;
    }

    @Override
    public void close()
    {
        locked.ifPresent(channel -> {
            try {
                channel.close();
            }
            catch (IOException e) {
                log.debug("Cannot close the holder", e);
            }
        });
    }
}
