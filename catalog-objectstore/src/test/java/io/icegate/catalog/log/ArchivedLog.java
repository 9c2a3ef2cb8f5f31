package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogRecord;
import io.icegate.objectstore.s3.StrictS3Server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import static java.util.Objects.requireNonNull;

/**
 * Everything that a catalog on a {@link StrictS3Server} ever held, also what was collected since. A slot of the log counts as what it
 * held first: what a slow writer puts into an emptied one is no commit.
 */
public final class ArchivedLog
{
    private final StrictS3Server server;
    private final String bucket;
    private final Map<String, byte[]> deleted = new ConcurrentHashMap<>();

    private ArchivedLog(StrictS3Server server, String bucket)
    {
        this.server = requireNonNull(server, "server is null");
        this.bucket = requireNonNull(bucket, "bucket is null");
    }

    /**
     * Begins to keep what is deleted. The server has no other veto.
     */
    public static ArchivedLog follow(StrictS3Server server, String bucket)
    {
        ArchivedLog archive = new ArchivedLog(server, bucket);
        server.follow((_operation, of, key) -> {
            if (of.equals(bucket)) {
                server.object(bucket, key).ifPresent(content -> archive.deleted.putIfAbsent(key, content));
            }
            return Optional.empty();
        });
        return archive;
    }

    /**
     * The records of the catalog at the root of the bucket, from the first one; to be asked when nobody writes any more.
     */
    public List<CatalogRecord> records()
    {
        Map<Long, byte[]> slots = new TreeMap<>();
        String folder = CatalogLayout.LOG.value() + "/";
        for (String key : server.keys(bucket)) {
            if (key.startsWith(folder)) {
                slots.put(version(key), object(key));
            }
        }
        deleted.forEach((key, content) -> {
            if (key.startsWith(folder)) {
                slots.put(version(key), content);
            }
        });
        return LogFixture.withoutGaps(slots.entrySet().stream()
                .map(slot -> CatalogRecordParser.fromJson(slot.getKey(), slot.getValue()))
                .toList());
    }

    private static long version(String key)
    {
        return Long.parseLong(key.substring(key.lastIndexOf('/') + 1, key.lastIndexOf('.')));
    }

    /**
     * An object as it is, or as it was when it was first deleted.
     */
    public byte[] object(String key)
    {
        byte[] content = deleted.get(key);
        return content != null ? content : server.object(bucket, key).orElseThrow(() -> new AssertionError("never held " + key));
    }

    /**
     * How many records were collected.
     */
    public long collectedCount()
    {
        return deleted.keySet().stream().filter(key -> key.startsWith(CatalogLayout.LOG.value() + "/")).count();
    }
}
