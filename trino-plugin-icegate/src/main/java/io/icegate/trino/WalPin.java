package io.icegate.trino;

import io.trino.plugin.iceberg.IcebergTableHandle;
import org.apache.iceberg.TableMetadata;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What a transaction reads of one table: metadata first, then the segments behind its offset vector. Taken once per
 * transaction and table; the token travels in the table handle, which Trino copies and sends to workers as JSON.
 */
record WalPin(TableMetadata metadata, List<LiveFile> files, String digest)
{
    private static final String TOKEN_PROPERTY = "icegate.wal.pin";

    WalPin
    {
        requireNonNull(metadata, "metadata is null");
        files = List.copyOf(files);
        requireNonNull(digest, "digest is null");
    }

    String token()
    {
        long snapshot = metadata.currentSnapshot() == null ? -1 : metadata.currentSnapshot().snapshotId();
        return metadata.uuid() + ":" + snapshot + ":" + digest;
    }

    static String tokenProperty()
    {
        return TOKEN_PROPERTY;
    }

    static Optional<String> token(IcebergTableHandle table)
    {
        return Optional.ofNullable(table.getStorageProperties().get(TOKEN_PROPERTY));
    }

    boolean isEmpty()
    {
        return files.isEmpty();
    }

    long rows()
    {
        return files.stream().mapToLong(LiveFile::rows).sum();
    }
}
