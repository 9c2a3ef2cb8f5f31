package io.icegate.objectstore;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * Content of an object, or of a range of it. The array is handed over, not copied: neither side changes it afterwards.
 *
 * @param lastModified by the store's clock
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record StoredObject(ObjectKey key, byte[] content, Instant lastModified)
{
    public StoredObject
    {
        requireNonNull(key, "key is null");
        requireNonNull(content, "content is null");
        requireNonNull(lastModified, "lastModified is null");
    }
}
