package io.icegate.objectstore.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

import static java.util.Objects.requireNonNull;

/**
 * A stored object. Compared by identity: each write is another one.
 */
final class S3Content
{
    private final byte[] bytes;
    private final String etag;
    private final Instant lastModified;
    private final Map<String, String> headers;

    S3Content(byte[] bytes, String etag, Instant lastModified, Map<String, String> headers)
    {
        this.bytes = requireNonNull(bytes, "bytes is null");
        this.etag = requireNonNull(etag, "etag is null");
        this.lastModified = requireNonNull(lastModified, "lastModified is null");
        this.headers = Map.copyOf(headers);
    }

    byte[] bytes()
    {
        return bytes;
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
