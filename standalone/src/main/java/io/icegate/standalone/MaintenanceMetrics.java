package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepListener;
import io.icegate.maintenance.upkeep.UpkeepWork;
import io.icegate.server.OperatorPages;
import io.icegate.server.OperatorPages.Readiness;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts what maintenance does, and says how far behind merges are. Labels are kinds of actions and their outcomes, which are few, and
 * the tables that this process keeps in order. Pages may be asked for by several threads; one thread tells what was done.
 */
final class MaintenanceMetrics
        implements UpkeepListener
{
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter actions = Counter.builder().name("icegate_maintenance_actions").help("Actions by kind and what came of them").labelNames("kind", "outcome").register(registry);
    private final Counter seconds = counter("icegate_maintenance_seconds", "Time that actions took");
    private final Counter inputFiles = counter("icegate_maintenance_input_files", "Files that were merged, taken out of tables or deleted");
    private final Counter inputBytes = counter("icegate_maintenance_input_bytes", "Bytes of these files; those of expired snapshots are not known");
    private final Counter outputFiles = counter("icegate_maintenance_output_files", "Files that were written");
    private final Counter outputBytes = counter("icegate_maintenance_output_bytes", "Bytes of these files");
    private final Counter rows = counter("icegate_maintenance_rows", "Rows of files that were written or taken out of tables");
    private final Counter undeletedFiles = counter("icegate_maintenance_undeleted_files", "Files that could not be deleted and are orphans now");
    private final Counter snapshots = Counter.builder().name("icegate_maintenance_expired_snapshots").help("Snapshots that expired").register(registry);
    private final Counter rounds = Counter.builder().name("icegate_maintenance_rounds").help("Rounds through all tables").labelNames("result").register(registry);
    private final Gauge lastRound = Gauge.builder().name("icegate_maintenance_last_round_timestamp_seconds").help("When the last round ended that could list the tables").register(registry);
    private final Gauge mergeLag = Gauge.builder().name("icegate_maintenance_merge_lag_seconds").help("Age of the oldest file that is due for a merge and waits").labelNames("table").register(registry);
    private final Set<String> lookedAt = new HashSet<>(); // in this round
    private volatile Readiness readiness = new Readiness(false, List.of("the first round has not ended"));

    private Counter counter(String name, String help)
    {
        return Counter.builder().name(name).help(help).labelNames("kind").register(registry);
    }

    @Override
    public void did(UpkeepAction action)
    {
        String kind = action.kind();
        UpkeepWork work = action.work();
        actions.labelValues(kind, work.outcome()).inc();
        seconds.labelValues(kind).inc(action.time().toNanos() / NANOS);
        inputFiles.labelValues(kind).inc(work.filesIn());
        inputBytes.labelValues(kind).inc(work.bytesIn());
        outputFiles.labelValues(kind).inc(work.filesOut());
        outputBytes.labelValues(kind).inc(work.bytesOut());
        rows.labelValues(kind).inc(work.rows());
        undeletedFiles.labelValues(kind).inc(work.undeleted());
        snapshots.inc(work.snapshots());
    }

    @Override
    public void unmerged(String table, Duration lag)
    {
        mergeLag.labelValues(table).set(lag.toNanos() / NANOS);
        lookedAt.add(table);
    }

    void roundEnded(Instant time)
    {
        // of tables that are gone, or that another process keeps now, nothing is known
        mergeLag.removeIf(labels -> !lookedAt.contains(labels.getFirst()));
        lookedAt.clear();
        rounds.labelValues("ok").inc();
        lastRound.set(time.toEpochMilli() / 1000.0);
        readiness = new Readiness(true, List.of());
    }

    void roundFailed(String reason)
    {
        rounds.labelValues("error").inc();
        readiness = new Readiness(false, List.of(reason));
    }

    PrometheusRegistry registry()
    {
        return registry;
    }

    OperatorPages pages()
    {
        return new OperatorPages(() -> readiness, registry);
    }
}
