package io.icegate.wal.copies;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.WalException;
import io.icegate.wal.format.SegmentFooterParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The folder with copies of segments, as their reader sees it. Each copy is taken once, by one of any number of processes.
 */
public final class CopyFolder
{
    private static final Logger log = LoggerFactory.getLogger(CopyFolder.class);
    private static final String SUFFIX = ".parquet";

    private final Warehouse warehouse;
    private final Path folder;

    public CopyFolder(Warehouse warehouse, Path folder)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.folder = requireNonNull(folder, "folder is null");
    }

    static Path file(Path folder, SegmentKey key)
    {
        return folder.resolve("%s_%s_%s%s".formatted(key.table(), key.writer(), key.sequence(), SUFFIX));
    }

    static boolean isCopy(Path file)
    {
        return file.getFileName().toString().endsWith(SUFFIX);
    }

    /**
     * Moves the copy of a segment to a file that does not exist yet.
     *
     * @param location of the segment in the warehouse
     * @param size that the table knows of it
     * @return false when there is no copy that is, to the byte, what its checksums say; no file is left then
     */
    public boolean take(String location, long size, Path target)
    {
        Optional<SegmentKey> key = warehouse.key(location).flatMap(SegmentKey::parse);
        if (key.isEmpty()) {
            return false;
        }
        try {
            Files.move(file(folder, key.orElseThrow()), target);
        }
        catch (NoSuchFileException e) {
            return false;
        }
        catch (IOException e) {
            log.warn("Cannot take the copy of segment {}, it is read from the store: {}", location, e.toString());
            return false;
        }
        if (isWhole(key.orElseThrow(), size, target)) {
            return true;
        }
        try {
            Files.deleteIfExists(target);
        }
        catch (IOException e) {
            log.warn("Cannot delete a damaged copy: {}", e.toString());
        }
        return false;
    }

    private static boolean isWhole(SegmentKey key, long size, Path copy)
    {
        try {
            byte[] content = Files.readAllBytes(copy);
            SegmentFooter footer = SegmentFooterParser.parse(content, content.length);
            if (content.length == size && footer.header().key().equals(key) && SegmentFooterParser.dataChecksum(content, footer) == footer.crc32c()) {
                return true;
            }
            log.warn("The copy of segment {} has other bytes, it is read from the store", key.objectKey());
        }
        catch (IOException | WalException e) {
            log.warn("The copy of segment {} is damaged, it is read from the store: {}", key.objectKey(), e.getMessage());
        }
        return false;
    }
}
