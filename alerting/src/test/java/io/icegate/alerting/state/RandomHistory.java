package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SettledState;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.Refold.Refolded;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group that lives at random: rows come and go, rules fail and change, ticks are skipped and re-opened. After each tick it compares what {@link Refold} says
 * with {@link AlertModel}.
 */
final class RandomHistory
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    static final int LATENESS_TICKS_MAX = 16;
    private static final int INTERVAL_SECONDS = 30;
    private static final List<String> SERVICES = List.of("cart", "pay", "search");

    private final SplittableRandom random;
    private final UnaryOperator<List<EvaluationRecord>> view;
    private final AlertModel model = new AlertModel();
    private final Map<Long, RuleGroup> versions = new TreeMap<>();
    private final List<EvaluationRecord> records = new ArrayList<>();
    private final Set<String> changed = new HashSet<>();
    private final Set<String> corrected = new HashSet<>();
    private final Map<String, Boolean> present = new TreeMap<>();
    private final Refold refold = new Refold(new Fold((rule, row, tick) -> ImmutableSortedMap.of("summary", rule.alert() + row.value() + tick)), this::group);
    private long version;
    private boolean alwaysLate;
    private int late;

    /**
     * @param view records as the next tick sees them
     */
    RandomHistory(SplittableRandom random, UnaryOperator<List<EvaluationRecord>> view)
    {
        this.random = random;
        this.view = view;
        newVersion();
    }

    int correctedCount()
    {
        return corrected.size();
    }

    int lateCount()
    {
        return late;
    }

    List<EvaluationRecord> records()
    {
        return records;
    }

    void run(int ticks)
    {
        Instant tick = Instant.ofEpochSecond(1_800_000_000);
        for (int i = 0; i < ticks; i++) {
            tick = tick.plusSeconds(INTERVAL_SECONDS);
            if (!alwaysLate && random.nextInt(40) == 0) {
                newVersion();
            }
            next(tick);
            if (!alwaysLate) {
                check();
            }
        }
        // replay from the first record on gives the same state
        assertThat(refold.replay(GroupState.EMPTY, Refold.steps(records)).getLast().after()).isEqualTo(records.getLast().state());
    }

    List<Instant> reopenable(UnaryOperator<List<EvaluationRecord>> changed)
    {
        Instant tick = records.getLast().tick().plusSeconds(INTERVAL_SECONDS);
        return refold.reopenable(changed.apply(seen(tick, true)), group(version), tick);
    }

    /**
     * From now on the rules stay as they are, and every tick re-opens earlier ones.
     */
    RandomHistory alwaysLate()
    {
        alwaysLate = true;
        RuleGroup group = group(version);
        versions.put(version, new RuleGroup(
                group.name(),
                group.interval(),
                group.grace(),
                group.interval().multipliedBy(LATENESS_TICKS_MAX),
                group.catchUp(),
                group.channels(),
                group.rules()));
        return this;
    }

    private void next(Instant tick)
    {
        RuleGroup group = group(version);
        Instant cutoff = tick.plusSeconds(10);
        if (!alwaysLate && random.nextInt(30) == 0) {
            model.skipped(tick, group);
            TickResult empty = new TickResult(tick, cutoff, List.of());
            append(refold.skip(seen(tick, false), group, empty), Optional.of(new SkippedTicks(tick, tick)));
            return;
        }
        List<TickResult> reopened = new ArrayList<>();
        if (!records.isEmpty() && (alwaysLate || random.nextInt(3) == 0)) {
            List<Instant> possible = new ArrayList<>(refold.reopenable(seen(tick, true), group, tick));
            for (int i = 0; i < 5 && !possible.isEmpty(); i++) {
                Instant chosen = possible.remove(random.nextInt(possible.size()));
                EvaluationRecord original = records.stream().filter(record -> record.tick().equals(chosen)).findFirst().orElseThrow();
                List<RuleResult> results = results(group(original.rulesVersion()));
                reopened.add(new TickResult(chosen, cutoff, results));
                model.corrected(chosen, results);
            }
        }
        List<RuleResult> results = results(group);
        model.evaluated(tick, group, results);
        append(refold.next(seen(tick, !reopened.isEmpty()), group, version, new TickResult(tick, cutoff, results), reopened, false), Optional.empty());
    }

    private List<EvaluationRecord> seen(Instant tick, boolean reopens)
    {
        if (records.isEmpty()) {
            return List.of();
        }
        Instant from = Refold.recordsFrom(records.getLast(), group(version), tick, reopens);
        return view.apply(records.stream().filter(record -> !record.tick().isBefore(from)).toList());
    }

    private void append(Refolded refolded, Optional<SkippedTicks> skipped)
    {
        Set<String> holds = alwaysLate ? Set.of() : model.outcome().transitions();
        for (Transition transition : refolded.transitions()) {
            Set<String> told = transition.kind() == Transition.Kind.CHANGED ? changed : corrected;
            assertThat(told.add(transition.id())).as("told once: %s", transition).isTrue();
            if (transition.kind() == Transition.Kind.CORRECTED) {
                assertThat(changed).contains(transition.id().replace("-corrected", ""));
                assertThat(holds).doesNotContain(transition.id().replace("-corrected", ""));
            }
            else if (transition.late()) {
                late++;
                assertThat(transition.tick()).isBefore(refolded.result().tick());
            }
            else {
                assertThat(transition.tick()).isEqualTo(refolded.result().tick());
            }
        }
        records.add(new EvaluationRecord(
                NAME,
                "id",
                "evaluator",
                refolded.result(),
                refolded.result().cutoff(),
                version,
                false,
                new Reopening(refolded.result().cutoff(), List.of()),
                skipped,
                refolded.late(),
                refolded.transitions(),
                refolded.after(),
                refolded.settled(),
                ImmutableSortedMap.of(),
                List.of()));
    }

    private void check()
    {
        AlertModel.Outcome expected = model.outcome();
        assertThat(AlertModel.text(records.getLast().state())).isEqualTo(expected.alerts());
        assertThat(changed).containsAll(expected.transitions());
        Set<String> withdrawn = new HashSet<>(changed);
        withdrawn.removeAll(expected.transitions());
        for (String id : withdrawn) {
            assertThat(corrected).contains(id + "-corrected");
        }
    }

    RuleGroup group()
    {
        return group(version);
    }

    private RuleGroup group(long version)
    {
        return requireNonNull(versions.get(version));
    }

    private void newVersion()
    {
        version++;
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            if (random.nextInt(5) > 0) {
                rules.add(rule("Rule" + i, i));
            }
        }
        versions.put(version, new RuleGroup(
                NAME,
                Duration.ofSeconds(INTERVAL_SECONDS),
                Duration.ofSeconds(10),
                Duration.ofSeconds(random.nextInt(3) * LATENESS_TICKS_MAX * INTERVAL_SECONDS / 2),
                Duration.ofHours(1),
                Optional.empty(),
                rules));
    }

    private Rule rule(String alert, int index)
    {
        return new Rule(
                alert,
                Duration.ofMinutes(5),
                "SELECT 1",
                Optional.empty(),
                Duration.ofSeconds(random.nextInt(4) * 30L),
                Duration.ofSeconds(random.nextInt(3) * 45L),
                index == 0 ? new NoData(NoData.Action.KEEP, Duration.ofSeconds(90)) : NoData.RESOLVE,
                ImmutableSortedMap.of("severity", "page"),
                ImmutableSortedMap.of("summary", "x"),
                RuleTime.EVENT,
                index == 1,
                false);
    }

    private List<RuleResult> results(RuleGroup group)
    {
        return group.rules().stream().map(this::result).toList();
    }

    private RuleResult result(Rule rule)
    {
        if (random.nextInt(8) == 0) {
            return RuleResult.failed(rule.alert(), "no answer", 1);
        }
        List<ResultRow> rows = new ArrayList<>();
        List<Labels> silent = new ArrayList<>();
        for (String service : SERVICES) {
            Labels labels = Labels.of(Map.of("service_name", service));
            // rows mostly stay what they are, or nothing would ever fire
            if (random.nextInt(4) == 0) {
                present.merge(rule.alert() + service, true, (was, _) -> !was);
            }
            if (present.getOrDefault(rule.alert() + service, false)) {
                rows.add(new ResultRow(labels, OptionalDouble.of(random.nextInt(100)), ImmutableSortedMap.of("example", "line " + random.nextInt(10))));
            }
            else if (random.nextInt(2) == 0) {
                silent.add(labels);
            }
        }
        return new RuleResult(rule.alert(), rows, silent, Optional.empty(), 1, Optional.of("query"));
    }

    static EvaluationRecord with(EvaluationRecord record, List<TickResult> late, Optional<SettledState> settled)
    {
        return new EvaluationRecord(
                record.group(),
                record.id(),
                record.evaluator(),
                record.result(),
                record.recordedAt(),
                record.rulesVersion(),
                record.incomplete(),
                record.reopening(),
                record.skipped(),
                late,
                record.transitions(),
                record.state(),
                settled,
                record.delivered(),
                record.undelivered());
    }
}
