package io.icegate.wal.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.Digests;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Puts a live tail behind the committed files of a table as one more snapshot, which every reader of Iceberg understands. It is never
 * committed: only its manifests are stored, below {@code _live/}, and nothing leads there but the answer that was made of it.
 */
public final class LiveSnapshots
{
    /**
     * How long a snapshot may be given to readers. Its manifests are deleted {@link io.icegate.wal.collect.WalCollector#CLOSED_MIN} after
     * they were stored, so that the last reader has as long as this to plan.
     */
    public static final Duration AGE_MAX = Duration.ofMinutes(30);
    /**
     * In the summary of a live snapshot, the number of segments that it adds.
     */
    public static final String SEGMENTS_SUMMARY = "icegate.live.segments";
    /**
     * In the summary of a live snapshot, what could not be read and so is missing. Absent when all is well.
     */
    public static final String CORRUPT_SUMMARY = "icegate.live.corrupt";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Warehouse warehouse;

    public LiveSnapshots(Warehouse warehouse)
    {
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
    }

    /**
     * Returns the metadata with one more snapshot on its main branch; it has no location, for it is not stored. Equal tails behind equal
     * snapshots get equal snapshot ids. Its manifests, and the deletes of the files, are stored on return.
     *
     * @param base that the tail was read for
     * @param files of the tail; at least one
     * @throws java.io.UncheckedIOException or {@link org.apache.iceberg.exceptions.RuntimeIOException} when the store did not answer
     */
    public TableMetadata metadata(TableMetadata base, LiveTail tail, List<LiveFile> files)
    {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("Cannot make a live snapshot of table %s: there are no live rows".formatted(base.uuid()));
        }
        LiveOperations operations = new LiveOperations(warehouse, withoutMerging(base), snapshotIds(base, tail));
        SnapshotUpdate<?> update = update(new BaseTable(operations, "live", _report -> {}), files);
        update.set(SEGMENTS_SUMMARY, Integer.toString(files.size()));
        String corruption = RunEnd.corruption(tail.ends());
        if (!corruption.isEmpty()) {
            update.set(CORRUPT_SUMMARY, corruption);
        }
        update.commit();
        return TableMetadata.buildFrom(base)
                .withMetadataLocation(null) // takes over the time of the last update, too
                .setPreviousFileLocation(null)
                .setBranchSnapshot(at(base.lastUpdatedMillis(), requireNonNull(operations.current().currentSnapshot(), "snapshot is null")), SnapshotRef.MAIN_BRANCH)
                .discardChanges()
                .build();
    }

    /**
     * Takes the time of the committed metadata. DuckDB leaves aside what is newer than its transaction, which began before it loads a
     * table, and would read the committed version instead.
     */
    private static Snapshot at(long millis, Snapshot snapshot)
    {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(SnapshotParser.toJson(snapshot));
            json.put("timestamp-ms", millis);
            return SnapshotParser.fromJson(json.toString());
        }
        catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read the snapshot that was just made", e);
        }
    }

    /**
     * Rows and deletes in one snapshot, which nobody reads incrementally. Deletes count for the rows of their own snapshot.
     */
    private static SnapshotUpdate<?> update(Table table, List<LiveFile> files)
    {
        if (files.stream().allMatch(file -> file.deletes().isEmpty())) {
            AppendFiles append = table.newFastAppend();
            files.forEach(file -> append.appendFile(file.file()));
            return append;
        }
        RowDelta delta = table.newRowDelta();
        for (LiveFile file : files) {
            delta.addRows(file.file());
            file.deletes().ifPresent(delta::addDeletes);
        }
        return delta;
    }

    /**
     * Old manifests are neither read nor written again for a snapshot that lives for minutes.
     */
    private static TableMetadata withoutMerging(TableMetadata base)
    {
        Map<String, String> properties = new HashMap<>(base.properties());
        properties.put(TableProperties.MANIFEST_MERGE_ENABLED, "false");
        return base.replaceProperties(properties);
    }

    /**
     * Ids of what the snapshot holds, so that servers that answer for each other name the same rows alike.
     */
    private static LongSupplier snapshotIds(TableMetadata base, LiveTail tail)
    {
        String content = (base.currentSnapshot() == null ? "none" : base.currentSnapshot().snapshotId()) + " " + tail.digest();
        int[] attempts = {0};
        return () -> Long.parseUnsignedLong(Digests.sha256(content + " " + attempts[0]++).substring(0, 16), 16) & Long.MAX_VALUE;
    }
}
