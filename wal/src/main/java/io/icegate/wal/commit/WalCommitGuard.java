package io.icegate.wal.commit;

import io.icegate.guard.CommitGuard;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.OffsetVector.Offset;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.table.TableSpecs;
import io.icegate.wal.table.TableTtl;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Keeps the offset vector of a table right whatever engine commits. Iceberg alone sees pointers, not meaning: it would let
 * a late committer append the same files again, and an engine that drops properties would bring committed rows back.
 * <ol>
 * <li>K1: a commit without WAL files leaves the vector as it is, whatever it tried.
 * <li>K2: a commit with WAL files was built from the vector that it replaces.
 * <li>K3: no number falls. K4: only closed writers leave.
 * <li>K5: the unpartitioned spec, which describes segments, stays.
 * <li>K7: the format version is the one that committers can serve.
 * <li>K8: columns that receivers fill stay such that they can.
 * <li>K9: a new table has no WAL yet, so it begins with the empty vector or is no WAL table.
 * <li>K10: the window of committed batches moves with the vector, and never alone.
 * <li>K11: settings of ours that are changed have a name and a value that we know, so that a slip of the pen is no setting.
 * <li>K12: a replacement takes no rows away that were committed after it began.
 * </ol>
 */
public final class WalCommitGuard
        implements CommitGuard
{
    private static final String OUR_PREFIX = "icegate.";
    private static final String RESERVED_PREFIX = "icegate.wal.";

    @Override
    public TableMetadata check(@Nullable TableMetadata base, TableMetadata next)
    {
        TableMetadata created = base == null && next.metadataFileLocation() == null ? created(next) : next;
        checkFormatVersion(base, created);
        checkSettings(base, created);
        if (base == null) {
            return created;
        }
        String before = base.properties().get(OffsetVector.PROPERTY);
        checkSpecs(before, base, next);
        checkColumns(before, base, next);
        Set<Long> known = base.snapshots().stream().map(Snapshot::snapshotId).collect(Collectors.toSet());
        List<Snapshot> carriers = next.snapshots().stream()
                .filter(snapshot -> !known.contains(snapshot.snapshotId()))
                .filter(snapshot -> snapshot.summary().containsKey(OffsetVector.PROPERTY))
                .toList();
        if (carriers.isEmpty()) {
            checkReplacement(before, base, next);
            return windowRestored(base, restored(before, next));
        }
        checkCarrier(before, carriers, next);
        return checkedWindow(base, carriers.get(0), next);
    }

    /**
     * K10: the carrier says which it is, or it stays.
     */
    private static TableMetadata checkedWindow(TableMetadata base, Snapshot carrier, TableMetadata next)
    {
        String digest = carrier.summary().get(BatchWindow.PROPERTY);
        if (digest == null) {
            return windowRestored(base, next);
        }
        if (!BatchWindow.of(next.properties()).digest().equals(digest)) {
            throw new ValidationException("Cannot commit table %s: the snapshot with WAL offsets belongs to another batch window than '%s'", next.location(), BatchWindow.of(next.properties()));
        }
        return next;
    }

    /**
     * K9. A statement may copy the properties of another table (SHOW CREATE TABLE shows them). The vector of that table
     * means nothing here, so it is left out, as is everything else of the WAL. Register is no creation: it brings back a
     * table whose segments are still there, with the vector that belongs to them.
     */
    private static TableMetadata created(TableMetadata next)
    {
        if (next.snapshots().stream().anyMatch(snapshot -> snapshot.summary().containsKey(OffsetVector.PROPERTY))) {
            throw new ValidationException("Cannot create table %s: it has no WAL yet, and its first snapshot carries WAL offsets", next.location());
        }
        boolean wal = OffsetVector.EMPTY.text().equals(next.properties().get(OffsetVector.PROPERTY)) && TableSpecs.findUnpartitioned(next.specs()).isPresent();
        Set<String> copied = next.properties().keySet().stream()
                .filter(name -> name.startsWith(RESERVED_PREFIX) && !(wal && name.equals(OffsetVector.PROPERTY)))
                .collect(Collectors.toSet());
        return copied.isEmpty() ? next : TableMetadata.buildFrom(next).removeProperties(copied).build();
    }

    /**
     * K7. A table that is beyond help already can still be changed.
     */
    private static void checkFormatVersion(@Nullable TableMetadata base, TableMetadata next)
    {
        boolean wal = next.properties().containsKey(OffsetVector.PROPERTY) || (base != null && base.properties().containsKey(OffsetVector.PROPERTY));
        boolean same = base != null && base.properties().containsKey(OffsetVector.PROPERTY) && base.formatVersion() == next.formatVersion();
        if (wal && !same && next.formatVersion() != WalFormatVersion.SUPPORTED) {
            throw new ValidationException("Cannot commit table %s: %s", next.location(), WalFormatVersion.reason(next.formatVersion()));
        }
    }

    /**
     * K11. A table that is registered brings what it has, and maintenance says what is wrong with that.
     */
    private static void checkSettings(@Nullable TableMetadata base, TableMetadata next)
    {
        if (base == null && next.metadataFileLocation() != null) {
            return;
        }
        Map<String, String> before = base == null ? Map.of() : base.properties();
        List<String> changed = next.properties().entrySet().stream()
                .filter(property -> property.getKey().startsWith(OUR_PREFIX) && !property.getKey().startsWith(RESERVED_PREFIX))
                .filter(property -> !property.getValue().equals(before.get(property.getKey())))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (changed.isEmpty()) {
            return;
        }
        changed.stream().filter(name -> !TableTtl.isProperty(name)).findFirst().ifPresent(unknown -> {
            throw new ValidationException("Cannot commit table %s: there is no property %s; %s and %s<tenant> are", next.location(), unknown, TableTtl.PROPERTY, TableTtl.TENANT_PREFIX);
        });
        if (!next.properties().containsKey(OffsetVector.PROPERTY) && !before.containsKey(OffsetVector.PROPERTY)) {
            throw new ValidationException("Cannot commit table %s: %s is for tables that take segments", next.location(), changed.get(0));
        }
        try {
            TableTtl.of(next.properties());
        }
        catch (IllegalArgumentException e) {
            throw new ValidationException(e, "Cannot commit table %s: %s", next.location(), e.getMessage());
        }
    }

    /**
     * K5.
     */
    private static void checkSpecs(@Nullable String before, TableMetadata base, TableMetadata next)
    {
        if (before != null && TableSpecs.findUnpartitioned(base.specs()).isPresent() && TableSpecs.findUnpartitioned(next.specs()).isEmpty()) {
            throw new ValidationException("Cannot commit table %s: the unpartitioned spec, which WAL segments need, would disappear", next.location());
        }
    }

    /**
     * K8. Whoever replaces the whole table wants other columns; the lanes of receivers then stop with the reason.
     */
    private static void checkColumns(@Nullable String before, TableMetadata base, TableMetadata next)
    {
        if (before != null && !base.schema().sameSchema(next.schema()) && !isReplaced(base, next)) {
            SignalColumns.lost(base.schema(), next.schema()).ifPresent(reason -> {
                throw new ValidationException("Cannot commit table %s: %s", next.location(), reason);
            });
        }
    }

    /**
     * CREATE OR REPLACE begins a new history.
     */
    private static boolean isReplaced(TableMetadata base, TableMetadata next)
    {
        Snapshot before = base.currentSnapshot();
        Snapshot snapshot = next.currentSnapshot();
        if (before == null) {
            return snapshot != null;
        }
        while (snapshot != null && snapshot.snapshotId() != before.snapshotId()) {
            Long parent = snapshot.parentId();
            snapshot = parent == null ? null : next.snapshot(parent);
        }
        return snapshot == null;
    }

    /**
     * K12. Iceberg puts a replacement in the place of whatever the table is by then, with the history that it had when the
     * statement began. Rows that were committed in between would go, and no statement has read them.
     */
    private static void checkReplacement(@Nullable String before, TableMetadata base, TableMetadata next)
    {
        Snapshot current = base.currentSnapshot();
        if (before != null && current != null && next.snapshot(current.snapshotId()) == null) {
            throw new ValidationException("Cannot replace table %s: it was changed while the statement ran, and rows that the statement cannot have read would be lost. Nothing was replaced; run it again. " +
                    "While receivers commit more often than the statement takes, it is refused each time: use DELETE and INSERT instead, which keep such rows", next.location());
        }
    }

    /**
     * K1. A table becomes a WAL table by taking the empty vector, and in no other way.
     */
    private static TableMetadata restored(@Nullable String before, TableMetadata next)
    {
        String after = next.properties().get(OffsetVector.PROPERTY);
        return before == null && OffsetVector.EMPTY.text().equals(after) ? next : withProperty(next, OffsetVector.PROPERTY, before);
    }

    /**
     * K10: who does not move the vector does not move the window.
     */
    private static TableMetadata windowRestored(TableMetadata base, TableMetadata next)
    {
        return withProperty(next, BatchWindow.PROPERTY, base.properties().get(BatchWindow.PROPERTY));
    }

    private static TableMetadata withProperty(TableMetadata next, String name, @Nullable String value)
    {
        if (Objects.equals(value, next.properties().get(name))) {
            return next;
        }
        TableMetadata.Builder builder = TableMetadata.buildFrom(next);
        return value == null ? builder.removeProperties(Set.of(name)).build() : builder.setProperties(Map.of(name, value)).build();
    }

    /**
     * K2, K3, K4.
     */
    private static void checkCarrier(@Nullable String before, List<Snapshot> carriers, TableMetadata next)
    {
        if (carriers.size() > 1 || before == null) {
            throw new ValidationException("Cannot commit table %s: %s new snapshots carry WAL offsets and the table's own are %s", next.location(), carriers.size(), before);
        }
        Snapshot carrier = carriers.get(0);
        OffsetVector from = OffsetVector.parse(before);
        String after = requireNonNull(carrier.summary().get(OffsetVector.PROPERTY));
        if (!from.digest().equals(carrier.summary().get(OffsetVector.BASE_SUMMARY))) {
            throw new ValidationException("Cannot commit table %s: the WAL range was built from other offsets than '%s', so it is committed already", next.location(), before);
        }
        if (!Objects.equals(after, next.properties().get(OffsetVector.PROPERTY))) {
            throw new ValidationException("Cannot commit table %s: the snapshot says WAL offsets '%s', the property '%s'", next.location(), after, next.properties().get(OffsetVector.PROPERTY));
        }
        if (!isCurrent(carrier, next)) {
            throw new ValidationException("Cannot commit table %s: the snapshot with WAL offsets '%s' is not on the main branch", next.location(), after);
        }
        checkGrows(from, OffsetVector.parse(after), next);
    }

    private static boolean isCurrent(Snapshot carrier, TableMetadata next)
    {
        Snapshot snapshot = next.currentSnapshot();
        while (snapshot != null && snapshot.sequenceNumber() >= carrier.sequenceNumber()) {
            if (snapshot.snapshotId() == carrier.snapshotId()) {
                return true;
            }
            Long parent = snapshot.parentId();
            snapshot = parent == null ? null : next.snapshot(parent);
        }
        return false;
    }

    private static void checkGrows(OffsetVector from, OffsetVector to, TableMetadata next)
    {
        for (Map.Entry<WriterId, Offset> entry : from.offsets().entrySet()) {
            Offset after = to.offsets().get(entry.getKey());
            if (after == null) {
                if (!entry.getValue().closed()) {
                    throw new ValidationException("Cannot commit table %s: writer %s leaves the WAL offsets without being closed", next.location(), entry.getKey());
                }
            }
            else if (after.next().compareTo(entry.getValue().next()) < 0 || (entry.getValue().closed() && !after.equals(entry.getValue()))) {
                throw new ValidationException("Cannot commit table %s: the WAL offset of writer %s moves back from %s to %s", next.location(), entry.getKey(), entry.getValue(), after);
            }
        }
    }
}
