package io.icegate.wal.commit;

import io.icegate.wal.BatchRange;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentCodec.EncodedDeletes;
import io.icegate.wal.WalException;
import io.icegate.wal.batches.BatchIndexName;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.commit.BatchRecorder.Recorded;
import io.icegate.wal.commit.CommitPlan.PlannedSegment;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.util.SnapshotUtil;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

/**
 * Applies one {@link WalAppend} after the other until one holds. An Iceberg transaction appends the files, puts the new
 * vector into the snapshot's summary and into the property, moves the window of committed batches, and deletes the rows of duplicate batches by position.
 * <ul>
 * <li>A lost race is planned again on the refreshed table.
 * <li>An unknown outcome is settled by loading the table again. If the vector moved, somebody did it, perhaps we; if not,
 * the plan is made anew, and should the first attempt land after all, one of the two fails at the fence.
 * </ul>
 */
final class WalTransaction
{
    static final String COMMIT_NUMBER_SUMMARY = "icegate.wal.commit-number";
    static final int MERGE_EVERY = 100;
    private static final int ATTEMPTS_MAX = 8;

    private final SegmentCodec codec;
    private final BatchRecorder recorder;

    WalTransaction(SegmentCodec codec, BatchRecorder recorder)
    {
        this.codec = requireNonNull(codec, "codec is null");
        this.recorder = requireNonNull(recorder, "recorder is null");
    }

    /**
     * What was done.
     *
     * @param snapshotId empty when the plan changes nothing
     * @param forgotten ids that had to leave the batch window early
     */
    record Outcome<P>(P plan, Optional<Long> snapshotId, long forgotten) {}

    /**
     * Plans and applies, several times if others commit in between. Refreshes the table.
     *
     * @param planner called with the refreshed table before every attempt
     * @param change what a plan changes; empty when nothing
     * @throws WalException UNAVAILABLE when the store did not answer or others kept winning
     */
    <P> Outcome<P> run(Table table, Function<Table, P> planner, Function<P, Optional<WalAppend>> change)
    {
        UUID uuid = table.uuid();
        RuntimeException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            table.refresh();
            if (!table.uuid().equals(uuid)) {
                throw new IllegalStateException("Cannot commit to table %s: it is another table now, %s instead of %s".formatted(table.name(), table.uuid(), uuid));
            }
            P plan = planner.apply(table);
            Optional<WalAppend> append = change.apply(plan);
            if (append.isEmpty()) {
                return new Outcome<>(plan, Optional.empty(), 0);
            }
            Optional<Recorded> recorded = append.orElseThrow().batches().map(batches -> recorder.record(uuid, batches, append.orElseThrow().duplicates()));
            long forgotten = recorded.map(Recorded::forgotten).orElse(0L);
            try {
                return new Outcome<>(plan, Optional.of(apply(table, append.orElseThrow(), recorded)), forgotten);
            }
            catch (CommitStateUnknownException e) {
                failure = e;
                table.refresh();
                Optional<Snapshot> ours = find(table, append.orElseThrow());
                if (ours.isPresent()) {
                    return new Outcome<>(plan, Optional.of(ours.orElseThrow().snapshotId()), forgotten);
                }
            }
            catch (ValidationException | CommitFailedException e) {
                failure = e;
            }
        }
        throw new WalException(UNAVAILABLE, "Cannot commit to table %s: gave up after %s attempts".formatted(table.name(), ATTEMPTS_MAX), requireNonNull(failure));
    }

    private long apply(Table table, WalAppend change, Optional<Recorded> recorded)
    {
        List<DeleteFile> deletes = deletes(table, change);
        long number = nextNumber(table);
        Transaction transaction = table.newTransaction();
        AppendFiles append = number % MERGE_EVERY == 0 ? transaction.newAppend() : transaction.newFastAppend();
        change.segments().forEach(planned -> append.appendFile(planned.file()));
        append.set(OffsetVector.PROPERTY, change.to().text())
                .set(OffsetVector.BASE_SUMMARY, change.from().digest())
                .set(COMMIT_NUMBER_SUMMARY, Long.toString(number));
        recorded.ifPresent(batches -> append
                .set(BatchWindow.PROPERTY, batches.window().digest())
                .set(BatchWindow.INDEX_SUMMARY, batches.written().stream().map(BatchIndexName::text).collect(joining(","))));
        append
                .validateWith(new OffsetsUnchanged(change.seen()))
                .commit();
        if (!deletes.isEmpty()) {
            // deletes only: with rows in the same change incremental readers would lose all of it
            RowDelta delta = transaction.newRowDelta();
            deletes.forEach(delta::addDeletes);
            delta.validateWith(new OffsetsUnchanged(Optional.of(change.to()))).commit();
        }
        UpdateProperties properties = transaction.updateProperties().set(OffsetVector.PROPERTY, change.to().text());
        recorded.ifPresent(batches -> properties.set(BatchWindow.PROPERTY, batches.window().text()));
        properties.commit();
        transaction.commitTransaction(); // the table is as new as this commit, or newer
        return find(table, change).map(Snapshot::snapshotId).orElseGet(() -> table.currentSnapshot().snapshotId());
    }

    private static long nextNumber(Table table)
    {
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            String number = snapshot.summary().get(COMMIT_NUMBER_SUMMARY);
            if (number != null) {
                return Long.parseLong(number) + 1;
            }
        }
        return 1;
    }

    /**
     * The snapshot of this change. Of all changes from one vector to one vector only one is ever in the ancestry, so the two
     * name it.
     */
    private static Optional<Snapshot> find(Table table, WalAppend change)
    {
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            Map<String, String> summary = snapshot.summary();
            if (change.from().digest().equals(summary.get(OffsetVector.BASE_SUMMARY))) {
                return change.to().text().equals(summary.get(OffsetVector.PROPERTY)) ? Optional.of(snapshot) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private List<DeleteFile> deletes(Table table, WalAppend change)
    {
        PartitionSpec unpartitioned = TableSpecs.unpartitioned(table.name(), table.specs().values());
        List<DeleteFile> files = new ArrayList<>();
        for (PlannedSegment planned : change.segments()) {
            LiveSegment segment = planned.segment();
            List<BatchRange> ranges = change.duplicates().of(segment.key());
            if (!ranges.isEmpty()) {
                // named by content: whoever repeats the range writes the same bytes to the same place
                String location = table.locationProvider().newDataLocation("wal-deletes-" + segment.deletesName(ranges) + ".parquet");
                EncodedDeletes deletes = codec.encodeDeletes(planned.file().location(), ranges, unpartitioned, location);
                write(table, location, deletes.content());
                files.add(deletes.file());
            }
        }
        return files;
    }

    private static void write(Table table, String location, byte[] content)
    {
        try (PositionOutputStream out = table.io().newOutputFile(location).createOrOverwrite()) {
            out.write(content);
        }
        catch (IOException e) {
            throw new WalException(UNAVAILABLE, "Cannot write position deletes %s: %s".formatted(location, e.getMessage()), e);
        }
    }
}
