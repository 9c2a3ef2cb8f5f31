package io.icegate.wal.commit;

import io.icegate.wal.OffsetVector;
import io.icegate.wal.table.TableOffsets;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * The fence: the nearest snapshot that carries offsets carries the expected ones. Iceberg asks again on every retry. Not
 * safe for use by many threads; one per pending update.
 */
final class OffsetsUnchanged
        implements SnapshotAncestryValidator
{
    private final Optional<OffsetVector> expected;
    private Optional<OffsetVector> found = Optional.empty();

    OffsetsUnchanged(Optional<OffsetVector> expected)
    {
        this.expected = requireNonNull(expected, "expected is null");
    }

    @Override
    public boolean validate(Iterable<Snapshot> baseSnapshots)
    {
        found = TableOffsets.nearest(baseSnapshots);
        return found.equals(expected);
    }

    @Override
    public String errorMessage()
    {
        return "Cannot commit WAL segments: the offsets moved from '%s' to '%s'".formatted(text(expected), text(found));
    }

    private static String text(Optional<OffsetVector> vector)
    {
        return vector.map(OffsetVector::text).orElse("(none)");
    }
}
