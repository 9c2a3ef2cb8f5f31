package io.icegate.wal.read;

import io.icegate.objectstore.ObjectHead;
import io.icegate.wal.BatchRange;
import io.icegate.wal.SegmentFooter;
import io.icegate.wal.SegmentKey;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
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
     * The time that the duplicate window is measured on: when the segment was opened, or stored if that was earlier.
     */
    Instant opened()
    {
        Instant created = footer.header().created();
        return created.isBefore(head.lastModified()) ? created : head.lastModified();
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
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
