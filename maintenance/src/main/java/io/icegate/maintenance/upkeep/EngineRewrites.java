package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.merge.MergePlan;
import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

/**
 * Has an engine merge what is refused here, from time to time, and tells what came of it as the table itself shows.
 */
final class EngineRewrites
{
    /**
     * Between two times at which an engine is asked for the same table. It bounds what an engine costs that fails, or that leaves files
     * which are worth merging again, and how long other tables wait for it.
     */
    static final Duration INTERVAL = Duration.ofMinutes(10);
    /**
     * Until an engine that takes no statements is asked again; each time it still takes none, twice as long.
     */
    static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    static final Duration RETRY_MAX = Duration.ofMinutes(5);
    /**
     * Tables, and plans, that are remembered.
     */
    private static final int ASKED_MAX = 10_000;

    private final RewriteExecutor executor;
    private final InstantSource clock;
    private final UpkeepListener listener;
    private final Map<UUID, Instant> askedTables = BoundedMap.create(ASKED_MAX);
    private final Map<RefusedPlan.Key, Instant> askedPlans = BoundedMap.create(ASKED_MAX);

    private Duration retry = RETRY_FIRST;
    private Instant unavailableUntil = Instant.MIN;

    EngineRewrites(RewriteExecutor executor, InstantSource clock, UpkeepListener listener)
    {
        this.executor = requireNonNull(executor, "executor is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    /**
     * Ends with the first plan that fails: what an engine that does not answer costs is time. The next time begins with another plan.
     * An engine that takes no statements is not asked for any table until a while later.
     *
     * @param done gets the plans that the engine has merged
     * @return bytes that the engine was asked to merge
     */
    long run(Table table, List<RefusedPlan> refused, Consumer<MergePlan> done, long bytesMax, BooleanSupplier goesOn)
    {
        Instant asked = askedTables.get(table.uuid());
        if ((asked != null && asked.plus(INTERVAL).isAfter(clock.instant())) || isUnavailable()) {
            return 0;
        }
        List<RefusedPlan> ordered = refused.stream()
                .filter(plan -> isWorthIt(plan.plan()))
                .sorted(Comparator.comparing((RefusedPlan plan) -> askedPlans.getOrDefault(RefusedPlan.Key.of(table, plan.plan()), Instant.MIN)))
                .toList();
        long bytes = 0;
        boolean succeeded = true;
        for (RefusedPlan plan : ordered) {
            if (!succeeded || bytes >= bytesMax || !goesOn.getAsBoolean()) {
                break;
            }
            UpkeepAction action = rewrite(table, plan, goesOn);
            listener.did(action);
            if (action.waits()) {
                break;
            }
            bytes += plan.plan().bytes();
            succeeded = action.succeeded();
            if (succeeded) {
                done.accept(plan.plan());
            }
            askedPlans.put(RefusedPlan.Key.of(table, plan.plan()), clock.instant());
            askedTables.put(table.uuid(), clock.instant());
        }
        return bytes;
    }

    private boolean isUnavailable()
    {
        Instant now = clock.instant();
        // a clock that was put back must not make it wait for longer
        return unavailableUntil.isAfter(now) && unavailableUntil.isBefore(now.plus(RETRY_MAX.multipliedBy(2)));
    }

    /**
     * What the engine says of a statement.
     */
    private record Answer(boolean succeeded, String text) {}

    /**
     * A lone file without deletes would only be written again, which engines rightly do not.
     */
    private static boolean isWorthIt(MergePlan plan)
    {
        return plan.inputs().size() > 1 || !plan.inputs().get(0).deletes().isEmpty();
    }

    private UpkeepAction rewrite(Table table, RefusedPlan refused, BooleanSupplier goesOn)
    {
        Instant started = clock.instant();
        MergePlan plan = refused.plan();
        Snapshot before = table.currentSnapshot();
        String reason = reason(plan, refused.reason());
        Answer answer;
        try {
            answer = ask(table, plan, goesOn);
        }
        catch (EngineUnavailableException e) {
            Instant ended = clock.instant();
            String result = "WAITING of %s files for %s, asked again in %s s: %s".formatted(plan.inputs().size(), executor.engine(), retry.toSeconds(), message(e));
            unavailableUntil = ended.plus(retry);
            retry = retry.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? retry.multipliedBy(2) : RETRY_MAX;
            return new UpkeepAction(started, Duration.between(started, ended), table.name(), UpkeepAction.REWRITE, true, reason, result, UpkeepWork.without(UpkeepWork.WAITING));
        }
        retry = RETRY_FIRST;
        boolean succeeded = false;
        UpkeepWork work = UpkeepWork.without("unknown");
        String seen;
        try {
            table.refresh();
            List<MergePlan.Input> gone = gone(table, plan);
            // an answer that got lost changes nothing in what is there
            succeeded = gone.size() == plan.inputs().size() || (answer.succeeded() && !gone.isEmpty());
            work = work(succeeded ? "rewritten" : "failed", gone, replacements(table, before));
            seen = "%s %s of %s files, %s bytes, into %s files, %s bytes".formatted(
                    succeeded ? "REWRITTEN" : "FAILED, merged are", work.filesIn(), plan.inputs().size(), work.bytesIn(), work.filesOut(), work.bytesOut());
        }
        catch (RuntimeException e) {
            seen = "UNKNOWN, the table cannot be read: " + message(e);
        }
        String result = "%s. %s: %s".formatted(seen, executor.engine(), answer.text());
        return new UpkeepAction(started, Duration.between(started, clock.instant()), table.name(), UpkeepAction.REWRITE, succeeded, reason, result, work);
    }

    /**
     * Why an engine is asked.
     *
     * @param refusal why the files are not merged here
     */
    static String reason(MergePlan plan, String refusal)
    {
        return "%s. %s".formatted(plan.reason(), refusal);
    }

    private Answer ask(Table table, MergePlan plan, BooleanSupplier goesOn)
    {
        try {
            return new Answer(true, executor.rewrite(table, plan, goesOn));
        }
        catch (EngineUnavailableException e) {
            throw e;
        }
        catch (RuntimeException e) {
            return new Answer(false, message(e));
        }
    }

    private static List<MergePlan.Input> gone(Table table, MergePlan plan)
    {
        Set<String> planned = plan.inputs().stream().map(input -> input.file().location()).collect(toSet());
        Set<String> left = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (planned.contains(task.file().location())) {
                    left.add(task.file().location());
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot look at the files of table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
        return plan.inputs().stream().filter(input -> !left.contains(input.file().location())).toList();
    }

    /**
     * Returns the snapshots since then that replace files. Nobody else replaces any, as a rule, while the statement holds the table.
     */
    private static List<Snapshot> replacements(Table table, @Nullable Snapshot before)
    {
        List<Snapshot> replacements = new ArrayList<>();
        Snapshot current = table.currentSnapshot();
        if (before != null && current != null) {
            for (Snapshot snapshot : SnapshotUtil.ancestorsBetween(table, current.snapshotId(), before.snapshotId())) {
                if (DataOperations.REPLACE.equals(snapshot.operation())) {
                    replacements.add(snapshot);
                }
            }
        }
        return replacements;
    }

    private static UpkeepWork work(String outcome, List<MergePlan.Input> gone, List<Snapshot> replacements)
    {
        return new UpkeepWork(
                outcome,
                gone.size(),
                gone.stream().mapToLong(input -> input.file().fileSizeInBytes()).sum(),
                sum(replacements, SnapshotSummary.ADDED_FILES_PROP),
                sum(replacements, SnapshotSummary.ADDED_FILE_SIZE_PROP),
                sum(replacements, SnapshotSummary.ADDED_RECORDS_PROP),
                0,
                0);
    }

    private static long sum(List<Snapshot> snapshots, String property)
    {
        return snapshots.stream().mapToLong(snapshot -> PropertyUtil.propertyAsLong(snapshot.summary(), property, 0)).sum();
    }

    private static String message(RuntimeException failure)
    {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
