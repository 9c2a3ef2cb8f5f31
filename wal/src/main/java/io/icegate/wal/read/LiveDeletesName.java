package io.icegate.wal.read;

import io.icegate.objectstore.ObjectKey;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the delete files of live reads: the segment, and a digest of which of its rows are left out.
 */
public final class LiveDeletesName
{
    private static final Pattern NAME = Pattern.compile("(.{36})-([0-9]{20})-[0-9a-f]{64}\\.parquet");

    private LiveDeletesName() {}

    static ObjectKey of(SegmentKey segment, String digest)
    {
        return WalLayout.live(segment.table()).child("%s-%020d-%s.parquet".formatted(segment.writer(), segment.sequence().value(), digest));
    }

    /**
     * The segment whose rows a file leaves out; empty for any other object.
     */
    public static Optional<SegmentKey> parse(ObjectKey key)
    {
        Matcher name = NAME.matcher(key.name());
        String[] parts = key.value().split("/", -1);
        if (!name.matches() || parts.length < 2) {
            return Optional.empty();
        }
        try {
            UUID table = UUID.fromString(parts[parts.length - 2]);
            return Optional.of(new SegmentKey(table, WriterId.parse(name.group(1)), new Sequence(Long.parseLong(name.group(2)))));
        }
        catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
