package io.icegate.wal.commit;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.WalException;
import io.icegate.wal.WriterId;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.commit.WalTransaction.Outcome;
import io.icegate.wal.commit.WriterSealer.Seal;
import io.icegate.wal.read.FooterCache;
import org.apache.iceberg.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Makes waiting segments part of their table, by reference. Any number of these may run at once, anywhere.
 *
 * <p>A commit is one Iceberg transaction. It is valid only while the vector is what the plan was built from:
 * {@link OffsetsUnchanged} sees to that on any catalog, {@link WalCommitGuard} on ours also after snapshots were expired.
 * <ul>
 * <li>Crash before the catalog's swap: unreferenced manifests are left; the next committer repeats the range.
 * <li>Crash after the swap: the next committer goes on behind the new vector.
 * </ul>
 * No file is ever deleted here.
 */
public final class WalCommitter
{
    private static final Logger log = LoggerFactory.getLogger(WalCommitter.class);

    private final CommitPlanner planner;
    private final WriterSealer sealer;
    private final WalTransaction transaction;

    public WalCommitter(Warehouse warehouse, FooterCache footers, BatchIndexes indexes, WalEnvironment environment)
    {
        requireNonNull(environment, "environment is null");
        this.planner = new CommitPlanner(warehouse, footers, indexes, environment.executor());
        this.sealer = new WriterSealer(warehouse.store(), footers, environment);
        this.transaction = new WalTransaction(footers.codec(), new BatchRecorder(indexes));
    }

    /**
     * Commits what waits, at most {@code options.segmentsMax()} segments. Refreshes the table.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the table contradicts itself; an operator must decide
     * @throws WalException UNAVAILABLE when the store did not answer or others kept winning; nothing was lost, try again
     */
    public CommitResult commit(Table table, CommitOptions options)
    {
        Outcome<CommitPlan> outcome = transaction.run(table, refreshed -> plan(refreshed, options), WalCommitter::change);
        CommitPlan plan = outcome.plan();
        if (outcome.snapshotId().isPresent()) {
            log.info("commit table={} snapshot={} segments={} rows={} duplicates={}", table.name(), outcome.snapshotId().orElseThrow(), plan.segments().size(), plan.rows(), plan.duplicates().batches());
        }
        return new CommitResult(outcome.snapshotId(), plan.segments().size(), plan.rows(), plan.bytes(), plan.duplicates().batches(), outcome.forgotten(), plan.from(), plan.to(), plan.live().ends());
    }

    private static Optional<WalAppend> change(CommitPlan plan)
    {
        return plan.isEmpty() ? Optional.empty() : Optional.of(plan.append());
    }

    private CommitPlan plan(Table table, CommitOptions options)
    {
        CommitPlan plan = planner.plan(table, options);
        if (!options.sealSilent()) {
            return plan;
        }
        List<WriterId> silent = plan.live().silentWriters(options.silentAfter());
        if (silent.isEmpty()) {
            return plan;
        }
        // before their segments are committed: a writer that sleeps must not wake up behind the duplicate window
        boolean changed = false;
        for (WriterId writer : silent) {
            changed |= sealer.seal(planner.listing(), table, writer, plan.from().next(writer)) != Seal.UNCHANGED;
        }
        return changed ? planner.plan(table, options) : plan;
    }
}
