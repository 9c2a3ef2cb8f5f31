package io.icegate.objectstore;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * What a store tells about an object without its content.
 *
 * @param size bytes
 * @param lastModified by the store's clock
 */
public record ObjectHead(ObjectKey key, long size, Instant lastModified)
{
    public ObjectHead
    {
        requireNonNull(key, "key is null");
        requireNonNull(lastModified, "lastModified is null");
        if (size < 0) {
            throw new IllegalArgumentException("Cannot describe object %s: size %s is negative".formatted(key, size));
        }
    }
}
