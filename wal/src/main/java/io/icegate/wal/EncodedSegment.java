package io.icegate.wal;

import static java.util.Objects.requireNonNull;

/**
 * A complete segment, ready to be stored, and its footer. The array is not copied and never changed.
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record EncodedSegment(byte[] content, SegmentFooter footer)
{
    public EncodedSegment
    {
        requireNonNull(content, "content is null");
        requireNonNull(footer, "footer is null");
    }
}
