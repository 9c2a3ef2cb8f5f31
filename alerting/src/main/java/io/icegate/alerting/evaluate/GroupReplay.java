package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.SettledState;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Fold.Folded;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.Refold.Step;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.TickResult;
import io.icegate.alerting.state.Transition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Evaluates ticks of a group again, over the rows that count for them by now: those below the newest cutoff at which a tick was evaluated. It changes nothing. With
 * the rules of that time it comes to what the records tell, as long as rows are kept; with others it tells what these would have done.
 */
public final class GroupReplay
{
    /**
     * Ticks of one replay. One takes a fifth of a second and more.
     */
    public static final int TICKS_MAX = EvaluationLog.RECORDS_MAX;

    private final EvaluationLog log;
    private final TickQueries queries;
    private final Fold fold;
    private final LongFunction<RuleGroup> versions;

    /**
     * @param ticks that were evaluated again
     * @param transitions in the order of ticks
     * @param differences from what the records tell, in the order of ticks
     */
    public record Replayed(int ticks, List<Transition> transitions, List<ReplayDifference> differences)
    {
        public Replayed
        {
            transitions = List.copyOf(transitions);
            differences = List.copyOf(differences);
        }
    }

    /**
     * One tick to evaluate.
     *
     * @param recorded what is known about it by now
     * @param skipped whether nobody evaluated it
     */
    private record Tick(Instant time, Instant cutoff, RuleGroup rules, long version, Optional<List<RuleResult>> recorded, boolean skipped) {}

    /**
     * @param versions rules of the group by version
     */
    public GroupReplay(EvaluationLog log, TickQueries queries, Fold fold, LongFunction<RuleGroup> versions)
    {
        this.log = requireNonNull(log, "log is null");
        this.queries = requireNonNull(queries, "queries is null");
        this.fold = requireNonNull(fold, "fold is null");
        this.versions = requireNonNull(versions, "versions is null");
    }

    /**
     * What one tick came to.
     *
     * @param evaluated false for a tick that has changes in the records and none here, because the rules that are replayed have other ticks
     * @param differences in their order
     */
    public record ReplayedTick(Instant tick, boolean evaluated, List<Transition> transitions, List<ReplayDifference> differences)
    {
        public ReplayedTick
        {
            requireNonNull(tick, "tick is null");
            transitions = List.copyOf(transitions);
            differences = List.copyOf(differences);
        }
    }

    /**
     * Evaluates the ticks of a time again, both ends inclusive, from the state that is recorded before it.
     *
     * @param rules instead of those of the records; all their ticks are evaluated then, those without a record over what had arrived {@code grace} after them
     * @throws QueryException when the engine is unavailable
     * @throws io.icegate.alerting.state.EvaluationLogException when records cannot be read
     * @throws IllegalArgumentException when there are more than {@link #TICKS_MAX} ticks
     */
    public Replayed replay(GroupName name, Instant from, Instant to, Optional<RuleGroup> rules)
            throws QueryException, InterruptedException
    {
        Run run = begin(name, from, to, rules, TICKS_MAX);
        List<Transition> transitions = new ArrayList<>();
        List<ReplayDifference> differences = new ArrayList<>();
        for (Optional<ReplayedTick> next = run.next(); next.isPresent(); next = run.next()) {
            transitions.addAll(next.orElseThrow().transitions());
            differences.addAll(next.orElseThrow().differences());
        }
        return new Replayed(run.ticks(), transitions, differences);
    }

    /**
     * Reads what a replay needs of the records, and evaluates nothing yet.
     *
     * @param ticksMax ticks that may be evaluated
     * @throws io.icegate.alerting.state.EvaluationLogException when records cannot be read
     * @throws IllegalArgumentException when there are more ticks
     */
    public Run begin(GroupName name, Instant from, Instant to, Optional<RuleGroup> rules, int ticksMax)
    {
        // late rows are told by later records
        List<EvaluationRecord> records = log.records(name, from, to.plus(RuleLimits.LATENESS_MAX).plus(RuleLimits.INTERVAL_MAX));
        List<Tick> ticks = rules.isPresent() ? ticks(rules.orElseThrow(), from, to, records, ticksMax) : ticks(records, to);
        if (ticks.size() > ticksMax || records.size() >= EvaluationLog.RECORDS_MAX) {
            throw new IllegalArgumentException("There are more than %s ticks from %s to %s: replay a shorter time".formatted(ticksMax, from, to));
        }
        return new Run(ticks, rules.isPresent(), told(records, from, to), before(name, from, records));
    }

    /**
     * A replay on its way. For one thread.
     */
    public final class Run
    {
        private final SortedMap<Instant, Tick> ticks = new TreeMap<>();
        private final boolean otherRules;
        private final Map<Instant, Map<String, Transition>> told;
        private final Iterator<Instant> times;
        private GroupState state;

        private Run(List<Tick> ticks, boolean otherRules, Map<Instant, Map<String, Transition>> told, GroupState state)
        {
            ticks.forEach(tick -> this.ticks.put(tick.time(), tick));
            this.otherRules = otherRules;
            this.told = told;
            this.state = state;
            SortedSet<Instant> all = new TreeSet<>(this.ticks.keySet());
            all.addAll(told.keySet());
            this.times = all.iterator();
        }

        /**
         * Ticks that are evaluated.
         */
        public int ticks()
        {
            return ticks.size();
        }

        /**
         * Evaluates the next tick; empty after the last one.
         *
         * @throws QueryException when the engine is unavailable
         */
        public Optional<ReplayedTick> next()
                throws QueryException, InterruptedException
        {
            if (!times.hasNext()) {
                return Optional.empty();
            }
            Instant time = times.next();
            Optional<Tick> tick = Optional.ofNullable(ticks.get(time));
            List<Transition> transitions = List.of();
            List<ReplayDifference> differences = new ArrayList<>();
            if (tick.isPresent()) {
                transitions = evaluate(tick.orElseThrow(), differences);
            }
            differences.addAll(ReplayDifference.ofTransitions(told.getOrDefault(time, Map.of()), transitions));
            return Optional.of(new ReplayedTick(time, tick.isPresent(), transitions, differences.stream().sorted().toList()));
        }

        private List<Transition> evaluate(Tick tick, List<ReplayDifference> differences)
                throws QueryException, InterruptedException
        {
            Optional<List<RuleResult>> results = tick.skipped() ? Optional.empty() : Optional.of(new RulesAtTick(queries, tick.rules(), tick.time(), tick.cutoff()).run(state));
            Folded folded = new Refold(fold, _ -> tick.rules()).replay(state, List.of(new Step(tick.time(), tick.version(), results))).getFirst();
            if (!otherRules && results.isPresent()) {
                differences.addAll(ReplayDifference.ofAnswers(tick.time(), tick.recorded().orElse(List.of()), results.orElseThrow()));
            }
            state = folded.after();
            return folded.transitions();
        }
    }

    private List<Tick> ticks(List<EvaluationRecord> records, Instant to)
    {
        Map<Instant, Instant> cutoffs = cutoffs(records);
        List<Step> steps = Refold.steps(records);
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i < records.size() && !records.get(i).tick().isAfter(to); i++) {
            EvaluationRecord record = records.get(i);
            Instant cutoff = requireNonNull(cutoffs.get(record.tick()));
            ticks.add(new Tick(record.tick(), cutoff, versions.apply(record.rulesVersion()), record.rulesVersion(), steps.get(i).results(), record.skipped().isPresent()));
        }
        return ticks;
    }

    /**
     * One more than there may be, if there are more.
     */
    private static List<Tick> ticks(RuleGroup rules, Instant from, Instant to, List<EvaluationRecord> records, int ticksMax)
    {
        Map<Instant, Instant> cutoffs = cutoffs(records);
        Instant before = rules.tickAtOrBefore(from);
        List<Tick> ticks = new ArrayList<>();
        for (Instant tick = before.isBefore(from) ? before.plus(rules.interval()) : before; !tick.isAfter(to) && ticks.size() <= ticksMax; tick = tick.plus(rules.interval())) {
            ticks.add(new Tick(tick, cutoffs.getOrDefault(tick, rules.cutoff(tick)), rules, 0, Optional.empty(), false));
        }
        return ticks;
    }

    /**
     * The newest cutoff of each tick that was evaluated.
     */
    private static Map<Instant, Instant> cutoffs(List<EvaluationRecord> records)
    {
        Map<Instant, Instant> cutoffs = new HashMap<>();
        records.stream()
                .flatMap(record -> Stream.concat(Stream.of(record.result()), record.late().stream()))
                .forEach((TickResult result) -> cutoffs.merge(result.tick(), result.cutoff(), (left, right) -> left.isAfter(right) ? left : right));
        return cutoffs;
    }

    /**
     * The state before a time, with every correction that was made later. A record of that time does not have those; one within lateness after them tells from where
     * to fold again.
     */
    private GroupState before(GroupName name, Instant from, List<EvaluationRecord> records)
    {
        Optional<EvaluationRecord> previous = log.before(name, from);
        if (previous.isEmpty()) {
            return GroupState.EMPTY;
        }
        EvaluationRecord last = previous.orElseThrow();
        SettledState base = Stream.concat(Stream.of(last), records.stream())
                .flatMap(record -> record.settled().stream())
                .filter(settled -> settled.tick().isBefore(from))
                .reduce((_, later) -> later)
                .orElseGet(() -> new SettledState(last.tick(), last.state()));
        if (!base.tick().isBefore(last.tick())) {
            return base.state();
        }
        List<EvaluationRecord> known = new ArrayList<>(log.records(name, base.tick(), last.tick()));
        // answers that were left out cannot be folded again
        Optional<EvaluationRecord> cut = known.stream().filter(EvaluationRecord::isCut).reduce((_, later) -> later);
        SettledState start = cut.map(record -> new SettledState(record.tick(), record.state())).orElse(base);
        known.addAll(records);
        List<Step> steps = Refold.steps(known).stream().filter(step -> step.tick().isAfter(start.tick()) && step.tick().isBefore(from)).toList();
        return steps.isEmpty() ? start.state() : new Refold(fold, versions).replay(start.state(), steps).getLast().after();
    }

    /**
     * What was told about each tick of a time, by the identity of transitions.
     */
    private static Map<Instant, Map<String, Transition>> told(List<EvaluationRecord> records, Instant from, Instant to)
    {
        Map<Instant, Map<String, Transition>> told = new HashMap<>();
        records.stream()
                .flatMap(record -> record.transitions().stream())
                .filter(transition -> !transition.tick().isBefore(from) && !transition.tick().isAfter(to))
                .forEach(transition -> told.computeIfAbsent(transition.tick(), _ -> new LinkedHashMap<>()).put(transition.id(), transition));
        return told;
    }
}
