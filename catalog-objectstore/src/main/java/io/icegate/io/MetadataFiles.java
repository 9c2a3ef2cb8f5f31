package io.icegate.io;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Metadata files of tables that this process read or wrote. They never change: Iceberg gives each a name with a UUID, and others
 * are not remembered. The least recently used are forgotten first. Safe for use by many threads.
 */
final class MetadataFiles
{
    /**
     * Of what is remembered. A table with a commit each ten seconds has files of some 20 kB each.
     */
    static final int BYTES_MAX = 16 << 20;
    /**
     * A larger file is not remembered.
     */
    static final int FILE_BYTES_MAX = BYTES_MAX / 8;

    private static final Pattern UUID_AT_ITS_END = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-m[0-9]+\\.avro|\\.avro|(\\.[a-z]+)?\\.metadata\\.json)$");

    private final Map<String, byte[]> files = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private long bytes; // guarded by this

    /**
     * True for metadata.json, manifest lists and manifests whose names hold a UUID. Without one, as in {@code v1.metadata.json} of a
     * table that was registered, another table may come to have the name.
     */
    static boolean isOne(String location)
    {
        return location.contains("/metadata/") && UUID_AT_ITS_END.matcher(location.substring(location.lastIndexOf('/') + 1)).find();
    }

    synchronized Optional<byte[]> find(String location)
    {
        return Optional.ofNullable(files.get(location));
    }

    synchronized void remember(String location, byte[] content)
    {
        forget(location);
        if (content.length > FILE_BYTES_MAX) {
            return;
        }
        files.put(location, content);
        bytes += content.length;
        Iterator<byte[]> eldest = files.values().iterator();
        while (bytes > BYTES_MAX) {
            bytes -= eldest.next().length;
            eldest.remove();
        }
    }

    synchronized void forget(String location)
    {
        byte[] content = files.remove(location);
        if (content != null) {
            bytes -= content.length;
        }
    }
}
