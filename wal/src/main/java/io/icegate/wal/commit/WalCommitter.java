package io.icegate.wal.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.BatchRange;
import io.icegate.wal.DeleteName;
import io.icegate.wal.FooterCache;
import io.icegate.wal.LiveSegment;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.SegmentCodec.EncodedDeletes;
import io.icegate.wal.TableSpecs;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.commit.CommitPlan.PlannedSegment;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.util.SnapshotUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.util.Objects.requireNonNull;

/**
 * Makes waiting segments part of their table, by reference. Any number of these may run at once, anywhere.
 *
 * <p>One Iceberg transaction appends the files, puts the new vector into the snapshot's summary and into the property, and
 * deletes the rows of duplicate batches by position. It is valid only while the vector is what the plan was built from:
 * {@link OffsetsUnchanged} sees to that on any catalog, {@link WalCommitGuard} on ours also after snapshots were expired.
 * <ul>
 * <li>Crash before the catalog's swap: manifests nobody refers to are left; the next committer repeats the range.
 * <li>Crash after the swap: the next committer goes on behind the new vector.
 * <li>Unknown outcome: the table is loaded again. If the vector moved, somebody did it, perhaps we; if not, the plan is
 * made anew, and should the first attempt land after all, one of the two fails at the fence.
 * </ul>
 * No file is ever deleted here.
 */
public final class WalCommitter
{
    static final String COMMIT_NUMBER_SUMMARY = "icegate.wal.commit-number";
    static final int MERGE_EVERY = 100;
    private static final int ATTEMPTS_MAX = 8;
    private static final Logger log = LoggerFactory.getLogger(WalCommitter.class);

    private final CommitPlanner planner;
    private final WriterSealer sealer;
    private final SegmentCodec codec;

    public WalCommitter(Warehouse warehouse, FooterCache footers, WalEnvironment environment)
    {
        requireNonNull(environment, "environment is null");
        this.planner = new CommitPlanner(warehouse, footers, environment.executor());
        this.sealer = new WriterSealer(warehouse.store(), footers, environment);
        this.codec = footers.codec();
    }

    /**
     * Commits what waits, at most {@code options.segmentsMax()} segments. Refreshes the table.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the table contradicts itself; an operator must decide
     * @throws WalException UNAVAILABLE when the store did not answer or others kept winning; nothing was lost, try again
     */
    public CommitResult commit(Table table, CommitOptions options)
    {
        UUID uuid = table.uuid();
        RuntimeException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            table.refresh();
            if (!table.uuid().equals(uuid)) {
                throw new IllegalStateException("Cannot commit to table %s: it is another table now, %s instead of %s".formatted(table.name(), table.uuid(), uuid));
            }
            CommitPlan plan = plan(table, options);
            if (plan.isEmpty()) {
                return result(plan, Optional.empty());
            }
            try {
                long snapshot = apply(table, plan);
                log.info("commit table={} snapshot={} segments={} rows={} duplicates={}", table.name(), snapshot, plan.segments().size(), plan.rows(), plan.duplicates().batches());
                return result(plan, Optional.of(snapshot));
            }
            catch (CommitStateUnknownException e) {
                failure = e;
                Optional<Snapshot> ours = find(table, plan);
                if (ours.isPresent()) {
                    return result(plan, ours.map(Snapshot::snapshotId));
                }
            }
            catch (ValidationException | CommitFailedException e) {
                failure = e;
            }
        }
        throw new WalException(UNAVAILABLE, "Cannot commit to table %s: gave up after %s attempts".formatted(table.name(), ATTEMPTS_MAX), requireNonNull(failure));
    }

    private CommitPlan plan(Table table, CommitOptions options)
    {
        CommitPlan plan = planner.plan(table, options);
        if (!options.sealSilent()) {
            return plan;
        }
        List<WriterId> silent = SealPlanner.silent(plan.live(), options.silentAfter());
        if (silent.isEmpty()) {
            return plan;
        }
        // before their segments are committed: a writer that sleeps must not wake up behind the duplicate window
        boolean changed = false;
        for (WriterId writer : silent) {
            changed |= sealer.seal(planner.listing(), table, writer, plan.from().next(writer));
        }
        return changed ? planner.plan(table, options) : plan;
    }

    private long apply(Table table, CommitPlan plan)
    {
        List<DeleteFile> deletes = deletes(table, plan);
        long number = nextNumber(table);
        Transaction transaction = table.newTransaction();
        AppendFiles append = number % MERGE_EVERY == 0 ? transaction.newAppend() : transaction.newFastAppend();
        plan.segments().forEach(planned -> append.appendFile(planned.file()));
        append.set(OffsetVector.PROPERTY, plan.to().text())
                .set(OffsetVector.BASE_SUMMARY, plan.from().digest())
                .set(COMMIT_NUMBER_SUMMARY, Long.toString(number))
                .validateWith(new OffsetsUnchanged(plan.seen()))
                .commit();
        if (!deletes.isEmpty()) {
            // deletes only: with rows in the same change incremental readers would lose all of it
            RowDelta delta = transaction.newRowDelta();
            deletes.forEach(delta::addDeletes);
            delta.validateWith(new OffsetsUnchanged(Optional.of(plan.to()))).commit();
        }
        transaction.updateProperties().set(OffsetVector.PROPERTY, plan.to().text()).commit();
        transaction.commitTransaction();
        table.refresh();
        return find(table, plan).map(Snapshot::snapshotId).orElseGet(() -> table.currentSnapshot().snapshotId());
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
     * The snapshot of this plan. Of all commits from one vector only one ever succeeds, so base and vector name it.
     */
    private static Optional<Snapshot> find(Table table, CommitPlan plan)
    {
        table.refresh();
        for (Snapshot snapshot : SnapshotUtil.currentAncestors(table)) {
            Map<String, String> summary = snapshot.summary();
            if (plan.from().digest().equals(summary.get(OffsetVector.BASE_SUMMARY))) {
                return plan.to().text().equals(summary.get(OffsetVector.PROPERTY)) ? Optional.of(snapshot) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private List<DeleteFile> deletes(Table table, CommitPlan plan)
    {
        PartitionSpec unpartitioned = TableSpecs.unpartitioned(table.name(), table.specs().values());
        List<DeleteFile> files = new ArrayList<>();
        for (PlannedSegment planned : plan.segments()) {
            LiveSegment segment = planned.segment();
            List<BatchRange> ranges = plan.duplicates().of(segment.key());
            if (!ranges.isEmpty()) {
                // named by content: whoever repeats the range writes the same bytes to the same place
                String location = table.locationProvider().newDataLocation("wal-deletes-" + DeleteName.of(segment, ranges) + ".parquet");
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

    private static CommitResult result(CommitPlan plan, Optional<Long> snapshot)
    {
        return new CommitResult(snapshot, plan.segments().size(), plan.rows(), plan.bytes(), plan.duplicates().batches(), plan.from(), plan.to(), plan.live().ends());
    }
}
