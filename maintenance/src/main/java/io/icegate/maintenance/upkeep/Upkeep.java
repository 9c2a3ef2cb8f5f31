package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.expire.ExpirationResult;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergeRefusedException;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.maintenance.statistics.TableStatistics;
import io.icegate.maintenance.ttl.TtlDelete;
import io.icegate.maintenance.ttl.TtlPlan;
import io.icegate.maintenance.ttl.TtlPlanner;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.registry.BoundedMap;
import io.icegate.wal.table.TableTtl;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Deletes rows that are due, merges what is worth merging, keeps statistics and expires what is due, in all tables. Whatever fails is told and tried again by a later round;
 * it stops neither the other tables nor the next action. Any number of processes may do this at once: a merge that lost leaves
 * nothing behind.
 */
public final class Upkeep
{
    /**
     * Tables that are remembered.
     */
    private static final int TABLES_MAX = 10_000;
    /**
     * Between two expirations of a table. Each writes new metadata and reads the manifests of what goes, however little that is.
     */
    static final Duration EXPIRE_INTERVAL = Duration.ofMinutes(10);

    /**
     * How much longer than a plan took that found nothing no other one is made of its table: one reads every manifest. Unless it took little. A plan that found
     * something is never too early: the more waits to be merged the longer it takes.
     */
    private static final int PLANNING_REST = 20;
    private static final Duration PLANNING_CHEAP = Duration.ofMillis(100);
    private static final Duration PLANNING_REST_MAX = Duration.ofMinutes(10);
    /**
     * How long a snapshot in which there was nothing to merge is not looked at again: its files get older.
     */
    private static final Duration SAME_SNAPSHOT_REST = Duration.ofSeconds(30);

    private final MergePlanner planner;
    private final NativeMerge merge;
    private final SnapshotExpiration expiration;
    private final TableStatistics statistics;
    private final TtlPlanner ttl = new TtlPlanner();
    private final TtlDelete ttlDelete = new TtlDelete();
    private final Map<UUID, Instant> ttlLooked = BoundedMap.create(TABLES_MAX);
    private final Map<UUID, Fruitless> fruitless = BoundedMap.create(TABLES_MAX);
    private final Map<UUID, Instant> expired = BoundedMap.create(TABLES_MAX);
    private final RefusedPlans refused;
    private final Optional<EngineRewrites> engine;
    private final UpkeepSettings settings;
    private final InstantSource clock;
    private final UpkeepListener listener;
    private final WorkShare share;
    private final Optional<CommitLag> lag;
    private final Optional<StatementHold> statements;

    /**
     * Merges whatever the state of ingest is, and never rests.
     *
     * @param listener is told of everything that is done
     */
    public Upkeep(MergePlanner planner, NativeMerge merge, SnapshotExpiration expiration, TableStatistics statistics, UpkeepSettings settings, InstantSource clock, UpkeepListener listener)
    {
        this(planner, merge, expiration, statistics, settings, clock, listener, new Courtesy(WorkShare.all(), Optional.empty(), Optional.empty()), Optional.empty());
    }

    /**
     * A plan that found nothing.
     *
     * @param rest until when no other one is made, whatever was committed meanwhile
     */
    private record Fruitless(long snapshotId, Instant planned, Instant rest)
    {
        private static Fruitless of(Snapshot snapshot, Instant started, Instant planned)
        {
            Duration took = Duration.between(started, planned);
            Duration rest = took.compareTo(PLANNING_CHEAP) > 0 ? took.multipliedBy(PLANNING_REST) : Duration.ZERO;
            return new Fruitless(snapshot.snapshotId(), planned, planned.plus(rest.compareTo(PLANNING_REST_MAX) > 0 ? PLANNING_REST_MAX : rest));
        }

        /**
         * True when another one would find nothing either, or too soon. Not when the clock was set back since.
         */
        private boolean holds(Snapshot snapshot, Instant now)
        {
            Instant until = snapshot.snapshotId() == snapshotId && rest.isBefore(planned.plus(SAME_SNAPSHOT_REST)) ? planned.plus(SAME_SNAPSHOT_REST) : rest;
            return !now.isBefore(planned) && now.isBefore(until);
        }
    }

    /**
     * What is left to ingest and queries.
     *
     * @param lag of ingest, for which merges wait; empty when they do not
     * @param statements that change rows, whose files stay where they are; empty when nobody is asked
     */
    record Courtesy(WorkShare share, Optional<CommitLag> lag, Optional<StatementHold> statements) {}

    /**
     * @param engine merges what is refused here; empty when nobody does
     */
    Upkeep(MergePlanner planner, NativeMerge merge, SnapshotExpiration expiration, TableStatistics statistics, UpkeepSettings settings, InstantSource clock, UpkeepListener listener, Courtesy courtesy, Optional<RewriteExecutor> engine)
    {
        this.planner = requireNonNull(planner, "planner is null");
        this.merge = requireNonNull(merge, "merge is null");
        this.expiration = requireNonNull(expiration, "expiration is null");
        this.statistics = requireNonNull(statistics, "statistics is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.refused = new RefusedPlans(clock);
        this.engine = engine.map(executor -> new EngineRewrites(executor, clock, listener));
        this.share = courtesy.share();
        this.lag = courtesy.lag();
        this.statements = courtesy.statements();
    }

    /**
     * One round. What its budget does not reach is left to the next one.
     *
     * @param tables newly loaded; each is asked for when the one before it is done
     * @param ours whether this process keeps a table in order now
     * @param goesOn false ends the round after the running action
     */
    public void round(Iterable<Table> tables, Predicate<Table> ours, BooleanSupplier goesOn)
    {
        long budget = settings.bytesPerRound();
        for (Table table : tables) {
            if (!goesOn.getAsBoolean()) {
                return;
            }
            if (ours.test(table)) {
                budget -= keep(table, budget, goesOn);
            }
        }
    }

    /**
     * Does what one table needs.
     *
     * @return bytes that were merged
     */
    long keep(Table table, long bytesMax, BooleanSupplier goesOn)
    {
        deleteDue(table);
        long merged = merge(table, bytesMax, goesOn);
        writeStatistics(table);
        expire(table);
        return merged;
    }

    /**
     * First, so that nothing is merged that goes. Looks at each table from time to time only, because that is read from all manifests
     * that may hold something old.
     */
    private void deleteDue(Table table)
    {
        TtlPlan plan;
        Instant started = clock.instant();
        Instant looked = ttlLooked.get(table.uuid());
        if (looked != null && looked.plus(settings.ttlInterval()).isAfter(started)) {
            return;
        }
        try {
            plan = ttl.plan(table, started);
        }
        catch (RuntimeException e) {
            tell(started, table, "ttl", false, "look", message(e));
            return;
        }
        ttlLooked.put(table.uuid(), started);
        if (!plan.files().isEmpty() && isHeld(table)) {
            ttlLooked.remove(table.uuid());
            return;
        }
        if (!plan.files().isEmpty()) {
            // the next round looks whether this was all
            ttlLooked.remove(table.uuid());
            act(table, "ttl", "older than %s says".formatted(TableTtl.PROPERTY), () -> {
                boolean deleted = ttlDelete.run(table, plan);
                return new Done(
                        "%s %s files, %s rows, %s bytes".formatted(deleted ? "DELETED" : "LOST", plan.files().size(), plan.rows(), plan.bytes()),
                        deleted ? UpkeepWork.deleted(plan.files().size(), plan.bytes(), plan.rows()) : UpkeepWork.without("lost"));
            });
        }
    }

    private long merge(Table table, long budget, BooleanSupplier goesOn)
    {
        List<MergePlan> plans;
        Instant started = clock.instant();
        Snapshot snapshot = table.currentSnapshot();
        Fruitless last = fruitless.get(table.uuid());
        if (snapshot == null || (last != null && last.holds(snapshot, started))) {
            return 0;
        }
        try {
            plans = planner.plan(table, started);
            if (plans.isEmpty()) {
                fruitless.put(table.uuid(), Fruitless.of(snapshot, started, clock.instant()));
            }
        }
        catch (RuntimeException e) {
            tell(started, table, "merge", false, "plan", message(e));
            return 0;
        }
        List<MergePlan> unmerged = new ArrayList<>(plans);
        long merged = plans.isEmpty() || isBehind(table, started) || isHeld(table) ? 0 : merge(table, plans, unmerged, budget, goesOn);
        listener.unmerged(table.name(), lag(unmerged));
        return merged;
    }

    private Duration lag(List<MergePlan> unmerged)
    {
        return unmerged.stream()
                .map(plan -> Duration.between(plan.oldest(), clock.instant()))
                .filter(lag -> !lag.isNegative()) // the clock of another machine may be ahead
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /**
     * @param unmerged loses what is merged
     */
    private long merge(Table table, List<MergePlan> plans, List<MergePlan> unmerged, long budget, BooleanSupplier goesOn)
    {
        long merged = 0;
        List<RefusedPlan> left = new ArrayList<>();
        for (Iterator<MergePlan> rest = plans.iterator(); rest.hasNext() && merged < budget && goesOn.getAsBoolean(); ) {
            MergePlan plan = rest.next();
            Optional<RefusedPlan> known = refused.find(table, plan);
            if (known.isPresent()) {
                left.add(known.orElseThrow());
                continue;
            }
            merged += plan.bytes();
            Instant begun = clock.instant();
            WorkShare.Spent before = share.begin();
            try {
                listener.did(merge(table, plan, unmerged, begun));
            }
            catch (MergeRefusedException e) {
                left.add(refuse(begun, table, plan, e));
            }
            catch (RuntimeException e) {
                tell(begun, table, "merge", false, plan.reason(), message(e));
            }
            share.rest(before, goesOn);
        }
        // last: the engine's statement holds the table, and no merge of this round has to wait until it lets go
        return merged + (engine.isEmpty() ? 0 : engine.orElseThrow().run(table, left, unmerged::remove, budget - merged, goesOn));
    }

    private UpkeepAction merge(Table table, MergePlan plan, List<MergePlan> unmerged, Instant begun)
    {
        MergeResult result = merge.run(table, plan, () -> heldSince(table).isEmpty());
        if (result.outcome() == MergeResult.Outcome.COMMITTED) {
            unmerged.remove(plan);
            statistics.add(table, result.distinct());
        }
        String text = "%s of %s files, %s bytes, into %s files, %s bytes".formatted(result.outcome(), result.inputs(), result.bytesIn(), result.outputs(), result.bytesOut());
        return new UpkeepAction(begun, Duration.between(begun, clock.instant()), table.name(), "merge", true, plan.reason(), text, UpkeepWork.of(result));
    }

    /**
     * When no engine merges by itself, tells how one does: the files wait for it. Nothing merges files that are damaged.
     */
    private RefusedPlan refuse(Instant started, Table table, MergePlan plan, MergeRefusedException failure)
    {
        String again = "looked at again in %s hours".formatted(RefusedPlans.REFUSED_FOR.toHours());
        if (engine.isEmpty() && failure.isDamage()) {
            String result = "%s; %s".formatted(message(failure), again);
            listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), "merge", false, plan.reason(), result, UpkeepWork.without("refused")));
        }
        else if (engine.isEmpty()) {
            String result = "WAITING of %s files for an engine: ./icegate maintain --trino URL, or %s; %s".formatted(plan.inputs().size(), OptimizeStatement.of("icegate", table), again);
            String reason = EngineRewrites.reason(plan, message(failure));
            listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), UpkeepAction.REWRITE, true, reason, result, UpkeepWork.without(UpkeepWork.WAITING)));
        }
        return refused.add(table, plan, message(failure));
    }

    private boolean isBehind(Table table, Instant started)
    {
        try {
            Optional<Duration> lag = this.lag.flatMap(look -> look.find(table));
            lag.ifPresent(waiting -> tellWaiting(started, table, "segments have waited for %s s".formatted(waiting.toSeconds()), "no merge in this round, ingest goes first"));
            return lag.isPresent();
        }
        catch (RuntimeException e) {
            tell(started, table, "wait", false, "look", message(e));
            return false;
        }
    }

    /**
     * Tells what it waits for.
     */
    private boolean isHeld(Table table)
    {
        Optional<Instant> since = heldSince(table);
        since.ifPresent(start -> tellWaiting(clock.instant(), table, "statements have changed rows since " + start, "no file is replaced in this round"));
        return since.isPresent();
    }

    private Optional<Instant> heldSince(Table table)
    {
        return statements.flatMap(hold -> hold.heldSince(table.uuid()));
    }

    /**
     * Before expiration, which deletes what was carried to another file.
     */
    private void writeStatistics(Table table)
    {
        Optional<String> due;
        Instant started = clock.instant();
        try {
            table.refresh();
            due = statistics.due(table);
        }
        catch (RuntimeException e) {
            tell(started, table, "statistics", false, "look", message(e));
            return;
        }
        due.ifPresent(reason -> act(table, "statistics", reason, () -> {
            TableStatistics.Written written = statistics.run(table);
            return new Done("WRITTEN of %s columns, %s bytes".formatted(written.columns(), written.bytes()), UpkeepWork.written(written.bytes()));
        }));
    }

    private void expire(Table table)
    {
        int due;
        Instant started = clock.instant();
        Instant last = expired.get(table.uuid());
        if (last != null && last.plus(EXPIRE_INTERVAL).isAfter(started)) {
            return;
        }
        try {
            table.refresh();
            due = expiration.due(table);
        }
        catch (RuntimeException e) {
            tell(started, table, "expire", false, "look", message(e));
            return;
        }
        if (due > 0) {
            act(table, "expire", "%s snapshots are due".formatted(due), () -> {
                ExpirationResult result = expiration.run(table);
                expired.put(table.uuid(), started);
                return new Done("%s snapshots, %s files deleted, %s not".formatted(result.snapshots(), result.files(), result.failed()), UpkeepWork.of(result));
            });
        }
    }

    /**
     * What came of an action, in words and in numbers.
     */
    private record Done(String result, UpkeepWork work) {}

    private void act(Table table, String kind, String reason, Supplier<Done> action)
    {
        Instant started = clock.instant();
        try {
            Done done = action.get();
            listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), kind, true, reason, done.result(), done.work()));
        }
        catch (RuntimeException e) {
            tell(started, table, kind, false, reason, message(e));
        }
    }

    private void tell(Instant started, Table table, String kind, boolean succeeded, String reason, String result)
    {
        listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), kind, succeeded, reason, result));
    }

    private void tellWaiting(Instant started, Table table, String reason, String result)
    {
        listener.did(new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), "wait", true, reason, result, UpkeepWork.without(UpkeepWork.WAITING)));
    }

    private static String message(RuntimeException failure)
    {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
