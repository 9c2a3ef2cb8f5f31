package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * A segment as the store shows it.
 */
public record LiveSegment(ObjectHead head, SegmentFooter footer)
{
    public LiveSegment
    {
        requireNonNull(head, "head is null");
        requireNonNull(footer, "footer is null");
    }

    public SegmentKey key()
    {
        return footer.header().key();
    }

    /**
     * The time that the duplicate window is measured on: when the segment was opened, or stored if that was earlier.
     */
    Instant opened()
    {
        Instant created = footer.header().created();
        return created.isBefore(head.lastModified()) ? created : head.lastModified();
    }
}
