package io.icegate.trino.live;

import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.RunEnd;
import io.trino.plugin.iceberg.IcebergTableHandle;
import org.apache.iceberg.TableMetadata;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

/**
 * What a transaction reads of one table: metadata first, then the segments behind its offset vector. Taken once per
 * transaction and table; the token travels in the table handle, which Trino copies and sends to workers as JSON.
 */
public record WalPin(TableMetadata metadata, LiveTail tail, List<PinnedFile> files)
{
    /**
     * Key of the token among the storage properties of a table handle; never a property of the table.
     */
    public static final String TOKEN_PROPERTY = "icegate.wal.pin";

    public WalPin
    {
        requireNonNull(metadata, "metadata is null");
        requireNonNull(tail, "tail is null");
        files = List.copyOf(files);
    }

    public static Optional<String> token(IcebergTableHandle table)
    {
        return Optional.ofNullable(table.getStorageProperties().get(TOKEN_PROPERTY));
    }

    public String token()
    {
        String snapshot = metadata.currentSnapshot() == null ? "none" : Long.toString(metadata.currentSnapshot().snapshotId());
        return snapshot + ":" + tail.digest();
    }

    /**
     * Whether the snapshot alone is the whole table.
     */
    public boolean isEmpty()
    {
        return files.isEmpty() && corruption().isEmpty();
    }

    /**
     * What cannot be read, and so keeps the rest of its writer from being read; empty when all is well.
     */
    public String corruption()
    {
        return RunEnd.corruption(tail.ends());
    }

    /**
     * When the oldest live row was about to be stored; the time of the catalog's newest state when there is none.
     */
    public Instant oldest()
    {
        return files.stream()
                .map(file -> file.segment().footer().header().created())
                .min(naturalOrder())
                .orElse(Instant.ofEpochMilli(metadata.lastUpdatedMillis()));
    }

    public long rows()
    {
        return files.stream().mapToLong(PinnedFile::rows).sum();
    }
}
