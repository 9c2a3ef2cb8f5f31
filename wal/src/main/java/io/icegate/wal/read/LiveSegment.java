package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.wal.BatchRange;
import io.icegate.wal.Digests;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;

import java.util.List;

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
     * When a request came at the earliest, whatever its receiver's clock says.
     */
    long earliestMillis(BatchRange batch)
    {
        return Math.min(batch.acceptedMillis(), head.lastModified().toEpochMilli());
    }

    /**
     * When a request came at the latest, whatever its receiver's clock says: it was there when its segment was stored.
     */
    public long latestMillis(BatchRange batch)
    {
        return Math.max(batch.acceptedMillis(), head.lastModified().toEpochMilli());
    }

    /**
     * Names the position deletes of ranges of this segment by what they are: equal names, equal content.
     */
    public String deletesName(List<BatchRange> ranges)
    {
        StringBuilder text = new StringBuilder().append(key().objectKey()).append(' ').append(footer.header().id());
        for (BatchRange range : ranges) {
            text.append(' ').append(range.firstRow()).append('+').append(range.rows());
        }
        return Digests.sha256(text.toString());
    }
}
