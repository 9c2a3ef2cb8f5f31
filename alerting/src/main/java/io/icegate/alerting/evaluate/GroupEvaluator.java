package io.icegate.alerting.evaluate;

import io.airlift.log.Logger;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.Refold.Refolded;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.TickResult;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

import static java.util.Objects.requireNonNull;

/**
 * Evaluates the ticks of one group in order, each once: a tick ends with one record, ours or that of another evaluator. For one thread at a time.
 */
public final class GroupEvaluator
{
    /**
     * Ticks that one tick evaluates again, oldest first. These have half of the interval, but for {@link #REOPENED_MIN} of them: a flood of late rows delays corrections, not alerts.
     */
    static final int REOPENED_MAX = 60;
    static final int REOPENED_MIN = 5;

    private static final Logger log = Logger.get(GroupEvaluator.class);
    private static final HexFormat HEX = HexFormat.of();

    private final GroupName name;
    private final GroupParts parts;
    private final Refold refold;
    private final RuleSource rules;
    // those that the next tick needs, the newest last
    private final List<EvaluationRecord> records;
    private volatile Instant nextTick;
    // what the store has not answered for yet: the same bytes go to the same key until it is settled
    private Optional<EvaluationRecord> unsettled = Optional.empty();

    private GroupEvaluator(GroupName name, GroupParts parts, Refold refold, RuleSource rules, List<EvaluationRecord> records, Instant nextTick)
    {
        this.name = requireNonNull(name, "name is null");
        this.parts = requireNonNull(parts, "parts is null");
        this.refold = requireNonNull(refold, "refold is null");
        this.rules = requireNonNull(rules, "rules is null");
        this.records = new ArrayList<>(records);
        this.nextTick = requireNonNull(nextTick, "nextTick is null");
    }

    /**
     * Reads where a group stands: one listing, and a request for each record that can be re-opened.
     *
     * @throws io.icegate.alerting.state.EvaluationLogException when records cannot be read
     * @throws IOException when rules cannot be read
     */
    public static GroupEvaluator open(RuleGroup group, GroupParts parts, Refold refold, RuleSource rules)
            throws IOException
    {
        GroupName name = group.name();
        Optional<EvaluationRecord> newest = parts.log().newest(name);
        if (newest.isEmpty()) {
            return new GroupEvaluator(name, parts, refold, rules, List.of(), firstTick(rules.first(name)));
        }
        EvaluationRecord last = newest.orElseThrow();
        Instant next = last.nextTick(rules.version(name, last.rulesVersion()));
        Instant from = Refold.recordsFrom(last, group, next, !group.lateness().isZero());
        List<EvaluationRecord> records = from.isBefore(last.tick()) ? parts.log().records(name, from, last.tick()) : List.of(last);
        return new GroupEvaluator(name, parts, refold, rules, records, next);
    }

    /**
     * The tick after the first version was written. It does not depend on what an evaluator knows of later versions, so all begin at the same one.
     */
    private static Instant firstTick(GroupRules first)
    {
        return first.group().tickAtOrBefore(first.written()).plus(first.group().interval());
    }

    Optional<EvaluationRecord> newest()
    {
        return records.isEmpty() ? Optional.empty() : Optional.of(records.getLast());
    }

    /**
     * The tick that is evaluated next.
     */
    public Instant nextTick()
    {
        return nextTick;
    }

    /**
     * Evaluates the next tick, or passes ticks that are too old to be caught up with.
     *
     * @param complete whether every row below the cutoff of the tick is there
     * @return the record of the tick, and whether it is ours
     * @throws QueryException when the engine is unavailable: nothing has happened, and the tick is still the next one
     * @throws io.icegate.alerting.state.EvaluationLogException when another object is in the place of the record
     * @throws IOException when the store does not answer: the record is there or not, and the next call finds out
     */
    public Evaluated evaluate(GroupRules current, boolean complete)
            throws QueryException, IOException, InterruptedException
    {
        EvaluationRecord record = unsettled.isPresent() ? unsettled.orElseThrow() : next(notOlder(current), complete);
        unsettled = Optional.of(record);
        Evaluated evaluated = append(record);
        unsettled = Optional.empty();
        keep(evaluated.record(), current.group());
        return evaluated;
    }

    /**
     * The rules of the newest record, where another evaluator has seen a newer version than this one.
     */
    private GroupRules notOlder(GroupRules current)
    {
        long used = newest().map(EvaluationRecord::rulesVersion).orElse(0L);
        return current.version() >= used ? current : new GroupRules(used, current.written(), rules.version(name, used));
    }

    /**
     * @param ours false when another evaluator was faster; its record counts
     */
    public record Evaluated(EvaluationRecord record, boolean ours)
    {
        public Evaluated
        {
            requireNonNull(record, "record is null");
        }
    }

    private Evaluated append(EvaluationRecord record)
            throws IOException
    {
        EvaluationLog.Appended appended = parts.log().append(record);
        if (!appended.leftOut().isEmpty()) {
            log.warn("The record of tick %s of %s is too large, and lacks: %s", record.tick(), name, String.join(", ", appended.leftOut()));
        }
        return switch (appended.outcome()) {
            case WRITTEN -> new Evaluated(appended.record(), true);
            case ADOPTED -> new Evaluated(appended.record(), false);
            case UNKNOWN -> throw new IOException("Cannot tell whether the record of tick %s of %s is stored".formatted(record.tick(), name), appended.failure().orElse(null));
        };
    }

    private void keep(EvaluationRecord record, RuleGroup group)
    {
        Instant next = record.nextTick(rules.version(name, record.rulesVersion()));
        records.add(record);
        Instant from = Refold.recordsFrom(record, group, next, !group.lateness().isZero());
        records.removeIf(each -> each.tick().isBefore(from) && each != record);
        nextTick = next;
    }

    private EvaluationRecord next(GroupRules current, boolean complete)
            throws QueryException, InterruptedException
    {
        RuleGroup group = current.group();
        Instant now = parts.clock().instant();
        Instant tick = nextTick;
        Instant oldest = oldest(group, now);
        if (tick.isBefore(oldest)) {
            return skip(current, tick, now);
        }
        Instant cutoff = group.cutoff(tick);
        // the first tick may be incomplete too: nothing was seen before it
        Reopening reopening = newest().map(EvaluationRecord::reopening).orElse(new Reopening(Instant.EPOCH, List.of()));
        SortedSet<Instant> open = open(group, reopening, tick, cutoff, complete);
        List<TickResult> late = new ArrayList<>();
        Instant enough = now.plus(group.interval().dividedBy(2));
        for (Instant each : open.stream().limit(REOPENED_MAX).toList()) {
            if (late.size() >= REOPENED_MIN && parts.clock().instant().isAfter(enough)) {
                break;
            }
            late.add(new TickResult(each, cutoff, run(rulesAt(each), each, cutoff)));
            open.remove(each);
        }
        TickResult result = new TickResult(tick, cutoff, run(group, tick, cutoff));
        boolean caughtUp = now.isAfter(cutoff.plus(parts.patience()).plus(group.interval()));
        Refolded folded = refold.next(records, group, current.version(), result, late, caughtUp);
        return record(current, folded, !complete, new Reopening(complete ? cutoff : reopening.seenBelow(), List.copyOf(open)), Optional.empty());
    }

    /**
     * The oldest tick that is not skipped. A tick that only waited for its rows is not late.
     */
    private Instant oldest(RuleGroup group, Instant now)
    {
        return now.minus(group.catchUp()).minus(group.grace()).minus(parts.patience());
    }

    /**
     * Returns the ticks that late rows have opened. It is not asked for them while rows are on their way: these would be asked for again.
     */
    private SortedSet<Instant> open(RuleGroup group, Reopening reopening, Instant tick, Instant cutoff, boolean complete)
            throws QueryException, InterruptedException
    {
        List<Instant> possible = refold.reopenable(records, group, tick);
        SortedSet<Instant> open = new TreeSet<>(reopening.ticks());
        open.retainAll(possible);
        if (complete && !possible.isEmpty()) {
            open.addAll(parts.queries().late(group, possible, reopening.seenBelow(), cutoff));
        }
        return open;
    }

    private RuleGroup rulesAt(Instant tick)
    {
        return records.stream()
                .filter(record -> record.tick().equals(tick))
                .findFirst()
                .map(record -> rules.version(name, record.rulesVersion()))
                .orElseThrow(() -> new IllegalStateException("Cannot re-open tick %s of %s: its record is not here".formatted(tick, name)));
    }

    /**
     * Passes the ticks that are too old. The record stands at the first of them, where the tick itself would stand if another evaluator were faster.
     */
    private EvaluationRecord skip(GroupRules current, Instant from, Instant now)
            throws QueryException, InterruptedException
    {
        RuleGroup group = current.group();
        Instant last = group.tickAtOrBefore(oldest(group, now));
        Instant to = last.isBefore(from) ? from : last;
        if (!group.rules().isEmpty()) {
            // fails while the engine is away: one record when it is back, and not one for each tick of the outage
            parts.queries().evaluate(group, group.rules().getFirst(), to, group.cutoff(to), List.of());
        }
        Refolded folded = refold.skip(records, group, new TickResult(from, group.cutoff(to), List.of()));
        // rows that came meanwhile may belong to ticks before, which can be re-opened still
        Reopening reopening = newest().map(EvaluationRecord::reopening).orElse(new Reopening(group.cutoff(from), List.of()));
        return record(current, folded, false, reopening, Optional.of(new SkippedTicks(from, to)));
    }

    private EvaluationRecord record(GroupRules current, Refolded folded, boolean incomplete, Reopening reopening, Optional<SkippedTicks> skipped)
    {
        RecordSink.Cursors cursors = parts.sink().cursors(name);
        byte[] id = new byte[16];
        parts.random().nextBytes(id);
        return new EvaluationRecord(
                name,
                HEX.formatHex(id),
                parts.evaluator(),
                folded.result(),
                parts.clock().instant(),
                current.version(),
                incomplete,
                reopening,
                skipped,
                folded.late(),
                folded.transitions(),
                folded.after(),
                folded.settled(),
                cursors.delivered(),
                cursors.undelivered());
    }

    private List<RuleResult> run(RuleGroup group, Instant tick, Instant cutoff)
            throws QueryException, InterruptedException
    {
        GroupState state = newest().map(EvaluationRecord::state).orElse(GroupState.EMPTY);
        return new RulesAtTick(parts.queries(), group, tick, cutoff).run(state);
    }
}
