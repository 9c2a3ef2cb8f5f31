package io.icegate.objectstore;

import static java.util.Objects.requireNonNull;

/**
 * The last bytes of an object. The array is handed over, not copied: neither side changes it afterwards.
 *
 * @param head of the whole object
 * @param content the whole object when that is no longer than what was asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record ObjectTail(ObjectHead head, byte[] content)
{
    public ObjectTail
    {
        requireNonNull(head, "head is null");
        requireNonNull(content, "content is null");
    }
}
