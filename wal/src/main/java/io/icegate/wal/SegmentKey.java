package io.icegate.wal;

import io.icegate.objectstore.ObjectKey;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Identity of a segment, {@code _wal/v1/<table uuid>/<writer>/<sequence>.parquet}.
 *
 * @param table the Iceberg table UUID, so that a re-created table never meets old segments
 */
public record SegmentKey(UUID table, WriterId writer, Sequence sequence)
        implements Comparable<SegmentKey>
{
    private static final String UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final Pattern PATTERN = Pattern.compile("_wal/v1/(%1$s)/(%1$s)/([0-9]{20})\\.parquet".formatted(UUID_PATTERN));
    private static final String SEQUENCE_MAX = new Sequence(Long.MAX_VALUE).toString();

    public SegmentKey
    {
        requireNonNull(table, "table is null");
        requireNonNull(writer, "writer is null");
        requireNonNull(sequence, "sequence is null");
    }

    /**
     * Empty when the key does not name a segment.
     */
    public static Optional<SegmentKey> parse(ObjectKey key)
    {
        Matcher matcher = PATTERN.matcher(key.value());
        // equally long texts compare as their numbers do
        if (!matcher.matches() || matcher.group(3).compareTo(SEQUENCE_MAX) > 0) {
            return Optional.empty();
        }
        return Optional.of(new SegmentKey(UUID.fromString(matcher.group(1)), WriterId.parse(matcher.group(2)), new Sequence(Long.parseLong(matcher.group(3)))));
    }

    public ObjectKey objectKey()
    {
        return WalLayout.segments(table, writer).child(sequence + ".parquet");
    }

    /**
     * The order of the duplicate walk: writer, then sequence.
     */
    @Override
    public int compareTo(SegmentKey other)
    {
        int byTable = table.toString().compareTo(other.table.toString());
        int byWriter = byTable != 0 ? byTable : writer.compareTo(other.writer);
        return byWriter != 0 ? byWriter : sequence.compareTo(other.sequence);
    }
}
