package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.TickResult;
import io.icegate.alerting.state.Transition;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * Records of one group, as an evaluator would make them.
 */
final class Records
{
    static final GroupName NAME = new GroupName("shop", "checkout");
    static final RuleGroup GROUP = group(Optional.empty());
    static final Instant START = Instant.parse("2026-11-27T00:00:00Z");
    static final String EVALUATOR = "evaluator-1";

    private Records() {}

    static RuleGroup group(Optional<List<String>> channels)
    {
        return new RuleGroup(NAME, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ZERO, Duration.ofHours(1), channels, List.of());
    }

    static Instant tick(int number)
    {
        return START.plusSeconds(30L * number);
    }

    static AlertInstance firing(String service, Instant firedAt)
    {
        return alert(service, AlertState.FIRING, Optional.of(firedAt), Optional.empty());
    }

    static AlertInstance resolved(String service, Instant firedAt, Instant resolvedAt)
    {
        return alert(service, AlertState.RESOLVED, Optional.of(firedAt), Optional.of(resolvedAt));
    }

    static AlertInstance alert(String service, AlertState state, Optional<Instant> firedAt, Optional<Instant> resolvedAt)
    {
        Instant since = firedAt.orElse(START);
        return new AlertInstance(
                "CheckoutErrors",
                Labels.of(Map.of("service_name", service)),
                state,
                since,
                since,
                since,
                firedAt,
                resolvedAt,
                OptionalDouble.of(17),
                ImmutableSortedMap.of(),
                ImmutableSortedMap.of("alertname", "CheckoutErrors", "service_name", service, "severity", "page"),
                ImmutableSortedMap.of("summary", service + ": 17 errors"));
    }

    static Transition fires(String service, Instant tick)
    {
        return new Transition(firing(service, tick), AlertState.INACTIVE, AlertState.FIRING, tick, 7, Transition.Kind.CHANGED, false, Optional.empty());
    }

    static Transition resolves(String service, Instant firedAt, Instant tick)
    {
        return new Transition(resolved(service, firedAt, tick), AlertState.FIRING, AlertState.RESOLVED, tick, 7, Transition.Kind.CHANGED, false, Optional.empty());
    }

    static EvaluationRecord record(int number, Transition... transitions)
    {
        return record(EVALUATOR, tick(number), List.of(transitions), List.of(), ImmutableSortedMap.of(), List.of());
    }

    static EvaluationRecord record(String evaluator, Instant tick, List<Transition> transitions, List<AlertInstance> state, SortedMap<String, Instant> delivered, List<Undelivered> undelivered)
    {
        return record(evaluator, tick, List.of(), Optional.empty(), transitions, new GroupState(state, ImmutableSortedMap.of()), delivered, undelivered);
    }

    static EvaluationRecord record(
            String evaluator,
            Instant tick,
            List<RuleResult> results,
            Optional<SkippedTicks> skipped,
            List<Transition> transitions,
            GroupState state,
            SortedMap<String, Instant> delivered,
            List<Undelivered> undelivered)
    {
        return new EvaluationRecord(
                NAME,
                "record-" + tick.getEpochSecond(),
                evaluator,
                new TickResult(tick, tick.plusSeconds(10), results),
                tick.plusSeconds(11),
                7,
                false,
                new Reopening(tick.plusSeconds(10), List.of()),
                skipped,
                List.of(),
                transitions,
                state,
                Optional.empty(),
                delivered,
                undelivered);
    }
}
