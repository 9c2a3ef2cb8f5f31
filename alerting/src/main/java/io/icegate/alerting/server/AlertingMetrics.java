package io.icegate.alerting.server;

import io.icegate.alerting.evaluate.EvaluatorEvents;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.RuleResult;
import io.icegate.objectstore.ObjectStore;
import io.icegate.server.MeteredObjectStore;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * Registers the metrics of an evaluator.
 */
final class AlertingMetrics
        implements EvaluatorEvents
{
    private static final double MILLIS = 1e3;
    private static final double[] SECONDS = {.05, .1, .25, .5, 1, 2.5, 5, 10, 30};
    private static final double[] LAG_SECONDS = {.25, .5, 1, 2, 5, 10, 30, 60, 120, 300, 1800};

    private final Counter evaluations;
    private final Histogram querySeconds;
    private final Histogram tickLag;
    private final Histogram tickDelay;
    private final Gauge watermarkLag;
    private final Counter skipped;
    private final Counter incomplete;
    private final Counter late;
    private final Gauge waiting;
    private final Gauge instances;
    private final Counter conflicts;
    private final Counter failures;
    private final Counter storeRequests;
    private final InstantSource clock;

    AlertingMetrics(PrometheusRegistry registry, InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
        evaluations = Counter.builder().name("icegate_alert_evaluations").help("Rules that were evaluated: ok, failed").labelNames("result").register(registry);
        querySeconds = Histogram.builder().name("icegate_alert_query_seconds").help("Queries of a rule at a tick").classicOnly().classicUpperBounds(SECONDS).register(registry);
        tickLag = Histogram.builder().name("icegate_alert_tick_lag_seconds").help("From the moment at which all rows of a tick were there, or patience was over, to its record").labelNames("group").classicOnly()
                .classicUpperBounds(LAG_SECONDS).register(registry);
        tickDelay = Histogram.builder().name("icegate_alert_tick_delay_seconds").help("From the cutoff of a tick to its record").labelNames("group").classicOnly()
                .classicUpperBounds(LAG_SECONDS).register(registry);
        watermarkLag = Gauge.builder().name("icegate_alert_watermark_lag_seconds").help("How far the arrival watermark of a table was behind the clock when it was last asked for").labelNames("table").register(registry);
        skipped = Counter.builder().name("icegate_alert_ticks_skipped").help("Records of ticks that were older than catch_up and were not evaluated").register(registry);
        incomplete = Counter.builder().name("icegate_alert_ticks_incomplete").help("Ticks that were evaluated while rows were on their way").register(registry);
        late = Counter.builder().name("icegate_alert_ticks_late").help("Ticks that were evaluated again because rows came late").register(registry);
        waiting = Gauge.builder().name("icegate_alert_ticks_reopened").help("Ticks that wait for being evaluated again").labelNames("group").register(registry);
        instances = Gauge.builder().name("icegate_alert_instances").help("Alerts by state").labelNames("group", "state").register(registry);
        conflicts = Counter.builder().name("icegate_alert_record_conflicts").help("Records that another evaluator had stored first").register(registry);
        failures = Counter.builder().name("icegate_alert_tick_failures").help("Attempts at a tick that failed and were repeated").register(registry);
        storeRequests = Counter.builder().name("icegate_objectstore_requests").help("Requests to the store").labelNames("operation", "outcome").register(registry);
    }

    ObjectStore metered(ObjectStore store, MeteredObjectStore.Requests further)
    {
        return new MeteredObjectStore(store, (operation, outcome) -> {
            storeRequests.labelValues(operation, outcome).inc();
            further.count(operation, outcome);
        });
    }

    @Override
    public void recorded(EvaluationRecord record, boolean ours, Duration lag)
    {
        if (!ours) {
            conflicts.inc();
            return;
        }
        String group = record.group().toString();
        tickLag.labelValues(group).observe(lag.toMillis() / MILLIS);
        tickDelay.labelValues(group).observe(Math.max(0, Duration.between(record.result().cutoff(), record.recordedAt()).toMillis()) / MILLIS);
        for (RuleResult result : record.result().results()) {
            evaluations.labelValues(result.error().isPresent() ? "failed" : "ok").inc();
            querySeconds.observe(result.millis() / MILLIS);
        }
        record.skipped().ifPresent(_ -> skipped.inc());
        if (record.incomplete()) {
            incomplete.inc();
        }
        late.inc(record.late().size());
        waiting.labelValues(group).set(record.reopening().ticks().size());
        for (AlertState state : new AlertState[] {AlertState.PENDING, AlertState.FIRING, AlertState.RESOLVED}) {
            instances.labelValues(group, state.text()).set(record.state().alerts().stream().filter(alert -> alert.state() == state).count());
        }
    }

    @Override
    public void failed(GroupName group, Exception failure)
    {
        failures.inc();
    }

    @Override
    public void watermarks(SortedMap<String, Instant> watermarks)
    {
        Instant now = clock.instant();
        watermarks.forEach((table, watermark) -> watermarkLag.labelValues(table).set(Duration.between(watermark, now).toMillis() / MILLIS));
    }
}
