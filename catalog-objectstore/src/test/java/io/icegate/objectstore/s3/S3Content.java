package io.icegate.objectstore.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * A stored object. Compared by identity: each write is another one.
 */
final class S3Content
{
    private final int size;
    private final Supplier<byte[]> bytes;
    private final String etag;
    private final Instant lastModified;
    private final Map<String, String> headers;

    /**
     * @param bytes reads them from where they lie
     */
    S3Content(int size, Supplier<byte[]> bytes, String etag, Instant lastModified, Map<String, String> headers)
    {
        this.size = size;
        this.bytes = requireNonNull(bytes, "bytes is null");
        this.etag = requireNonNull(etag, "etag is null");
        this.lastModified = requireNonNull(lastModified, "lastModified is null");
        this.headers = Map.copyOf(headers);
    }

    int size()
    {
        return size;
    }

    byte[] bytes()
    {
        return bytes.get();
    }

    String etag()
    {
        return etag;
    }

    Instant lastModified()
    {
        return lastModified;
    }

    Map<String, String> userHeaders()
    {
        return headers;
    }

    Map<String, String> answerHeaders()
    {
        Map<String, String> all = new TreeMap<>(headers);
        all.putIfAbsent("Content-Type", "application/octet-stream");
        all.put("ETag", etag);
        all.put("Last-Modified", DateTimeFormatter.RFC_1123_DATE_TIME.format(lastModified.atZone(ZoneOffset.UTC)));
        all.put("Accept-Ranges", "bytes");
        return all;
    }
}
