package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.evaluate.GroupEvaluator.Evaluated;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One group over rows that come late, and rows that have their time of arrival and cannot be seen for a while, as those of a receiver that hangs.
 */
final class TestGroupEvaluator
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SECONDS = 1_200;
    private static final int MORE_THAN = 2;

    private static final Rule RULE = new Rule(
            "Errors", WINDOW, "SELECT 1", Optional.empty(), Duration.ofSeconds(10), Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
    private static final RuleGroup GROUP = new RuleGroup(NAME, INTERVAL, Duration.ofSeconds(5), LATENESS, Duration.ofMinutes(30), Optional.empty(), List.of(RULE));

    /**
     * @param visible from when on queries see it
     */
    private record Event(String service, Instant time, Instant ingested, Instant visible) {}

    /**
     * Every row that arrives within lateness is in the last answer of each of its windows, and each transition that these answers make was told once.
     */
    @Test
    void testNoRowIsMissing()
            throws Exception
    {
        long seed = Seeds.next("TestGroupEvaluator");
        Set<String> seen = new HashSet<>();
        for (int round = 0; round < 10; round++) {
            World world = new World(new Random(seed + round), true);
            world.run();
            world.check();
            seen.addAll(world.seen());
        }
        // or nothing was tried
        assertThat(seen).contains("late", "incomplete", "corrected", "firing");
    }

    /**
     * A clock in place of the watermark looks right, and misses rows.
     */
    @Test
    void testClockInPlaceOfWatermarkIsSeen()
    {
        assertThatThrownBy(() -> {
            for (int round = 0; round < 10; round++) {
                World world = new World(new Random(round), false);
                world.run();
                world.check();
            }
        }).isInstanceOf(AssertionError.class);
    }

    /**
     * Evaluated again, every tick comes to what the records tell, from wherever it begins; and rows that are lost are seen.
     */
    @Test
    void testReplay()
            throws Exception
    {
        long seed = Seeds.next("TestGroupEvaluator.replay");
        Set<String> seen = new HashSet<>();
        for (int round = 0; round < 3; round++) {
            Random random = new Random(seed + round);
            World world = new World(random, true);
            world.run();
            seen.addAll(world.seen());
            Instant end = START.plusSeconds(SECONDS);
            GroupReplay.Replayed all = world.replay(START, end, Optional.empty());
            assertThat(all.differences()).isEmpty();
            assertThat(all.transitions()).isNotEmpty();
            Instant from = START.plusSeconds(random.nextInt(SECONDS));
            Instant later = from.plusSeconds(random.nextInt(SECONDS));
            Instant to = later.isAfter(end) ? end : later;
            GroupReplay.Replayed part = world.replay(from, to, Optional.empty());
            assertThat(part.differences()).isEmpty();
            assertThat(part.transitions()).isEqualTo(all.transitions().stream().filter(each -> !each.tick().isBefore(from) && !each.tick().isAfter(to)).toList());
            // the same rules from a file
            assertThat(world.replay(from, to, Optional.of(GROUP)).differences()).isEmpty();
            world.events.removeIf(event -> event.service().equals("service-0"));
            assertThat(world.replay(START, end, Optional.empty()).differences()).isNotEmpty();
            assertThat(world.replay(START, end, Optional.of(GROUP)).differences()).isNotEmpty().allSatisfy(difference -> assertThat(difference.what()).endsWith("only in the records"));
        }
        // or nothing was tried
        assertThat(seen).contains("late", "firing");
    }

    /**
     * Rows below the cutoff of the first tick, which nobody could see yet, are looked for like those of any other.
     */
    @Test
    void testFirstTickThatIsIncomplete()
            throws Exception
    {
        World world = new World(new Random(1), true);
        for (int i = 0; i <= MORE_THAN; i++) {
            world.events.add(new Event("service", START.plusSeconds(1), START.plusSeconds(2), START.plusSeconds(60)));
        }
        GroupEvaluator evaluator = world.open();
        world.now = START.plusSeconds(50);
        assertThat(evaluator.evaluate(new GroupRules(1, START, GROUP), false).record().result().results().getFirst().rows()).isEmpty();
        world.now = START.plusSeconds(61);
        assertThat(world.evaluate(evaluator).record().late()).singleElement().satisfies(late -> {
            assertThat(late.tick()).isEqualTo(START.plus(INTERVAL));
            assertThat(late.results().getFirst().rows()).hasSize(1);
        });
    }

    @Test
    void testTicksThatAreTooOldAreSkipped()
            throws Exception
    {
        World world = new World(new Random(1), true);
        world.step();
        GroupEvaluator evaluator = world.open();
        Evaluated first = world.evaluate(evaluator);
        assertThat(first.record().tick()).isEqualTo(START.plus(INTERVAL));
        world.now = world.now.plus(Duration.ofHours(2));
        world.away = true;
        assertThatThrownBy(() -> world.evaluate(evaluator)).hasMessage("Trino is away");
        world.away = false;
        Evaluated skipped = world.evaluate(evaluator);
        assertThat(skipped.record().skipped().orElseThrow().from()).isEqualTo(START.plus(INTERVAL.multipliedBy(2)));
        assertThat(skipped.record().skipped().orElseThrow().to()).isEqualTo(GROUP.tickAtOrBefore(world.now.minus(GROUP.catchUp()).minus(GROUP.grace()).minus(PATIENCE)));
        assertThat(world.evaluate(evaluator).record().tick()).isEqualTo(skipped.record().skipped().orElseThrow().to().plus(INTERVAL));
    }

    /**
     * Trino is away: nothing is recorded, and the same tick is the next one.
     */
    @Test
    void testEngineThatIsAway()
            throws Exception
    {
        World world = new World(new Random(1), true);
        GroupEvaluator evaluator = world.open();
        world.away = true;
        world.now = START.plusSeconds(60);
        assertThatThrownBy(() -> world.evaluate(evaluator)).isInstanceOf(QueryException.class).hasMessage("Trino is away");
        assertThat(world.log.newest(NAME)).isEmpty();
        world.away = false;
        assertThat(world.evaluate(evaluator).record().tick()).isEqualTo(START.plus(INTERVAL));
    }

    private static final class World
            implements RuleSource,
                       TickQueries
    {
        private final Random random;
        private final boolean waits;
        private final List<Event> events = new ArrayList<>();
        private final MemoryObjectStore store;
        private final EvaluationLog log;
        private final Fold fold = new Fold((_, _, _) -> ImmutableSortedMap.of());
        private final Refold refold = new Refold(fold, _ -> GROUP);
        private Instant now = START;
        private boolean away;

        private World(Random random, boolean waits)
        {
            this.random = random;
            this.waits = waits;
            store = new MemoryObjectStore(() -> now);
            log = new EvaluationLog(store, () -> now, RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, random)));
        }

        private GroupEvaluator open()
                throws IOException
        {
            return GroupEvaluator.open(GROUP, new GroupParts("me", log, this, new NoSink(), PATIENCE, () -> now, random), refold, this);
        }

        private Evaluated evaluate(GroupEvaluator evaluator)
                throws Exception
        {
            return evaluator.evaluate(new GroupRules(1, START, GROUP), true);
        }

        private GroupReplay.Replayed replay(Instant from, Instant to, Optional<RuleGroup> rules)
                throws Exception
        {
            return new GroupReplay(log, this, fold, _ -> GROUP).replay(NAME, from, to, rules);
        }

        private void run()
                throws Exception
        {
            GroupEvaluator evaluator = open();
            for (int second = 0; second < SECONDS + 2 * LATENESS.toSeconds(); second++) {
                now = now.plusSeconds(1);
                if (second < SECONDS) {
                    step();
                }
                Instant cutoff = GROUP.cutoff(evaluator.nextTick());
                if (now.isBefore(cutoff)) {
                    continue;
                }
                boolean complete = !watermark().isBefore(cutoff);
                if (!waits || complete || !now.isBefore(cutoff.plus(PATIENCE))) {
                    evaluator.evaluate(new GroupRules(1, START, GROUP), complete || !waits);
                }
                if (random.nextInt(100) == 0) {
                    evaluator = open(); // another process goes on
                }
            }
        }

        /**
         * Rows of a second.
         */
        private void step()
        {
            while (random.nextInt(4) == 0) {
                Instant time = now.minusMillis(random.nextInt(1_000));
                Instant ingested = now.plusMillis(random.nextInt(3_000)).plusSeconds(random.nextInt(10) == 0 ? random.nextInt(120) : 0);
                Instant visible = ingested.plusMillis(random.nextInt(500)).plusSeconds(random.nextInt(20) == 0 ? random.nextInt(60) : 0);
                events.add(new Event("service-" + random.nextInt(3), time, ingested, visible));
            }
        }

        private Instant watermark()
        {
            return events.stream()
                    .filter(event -> !event.ingested().isAfter(now) && event.visible().isAfter(now))
                    .map(Event::ingested)
                    .min(Instant::compareTo)
                    .orElse(now);
        }

        private void check()
        {
            List<EvaluationRecord> records = log.records(NAME, Instant.EPOCH, now);
            Instant end = records.getLast().result().cutoff();
            for (Refold.Step step : Refold.steps(records)) {
                boolean settled = events.stream().filter(event -> isIn(event, step.tick())).allMatch(event -> event.visible().isBefore(step.tick().plus(LATENESS).minus(PATIENCE.multipliedBy(3))));
                if (settled) {
                    List<ResultRow> rows = rows(step.tick(), end);
                    assertThat(step.results().orElseThrow().getFirst().rows()).as("tick %s", step.tick()).containsExactlyInAnyOrderElementsOf(rows);
                }
            }
            Map<String, Transition> told = new HashMap<>();
            for (EvaluationRecord record : records) {
                for (Transition transition : record.transitions()) {
                    assertThat(told.put(transition.id(), transition)).as(transition.id()).isNull();
                }
            }
        }

        private Set<String> seen()
        {
            Set<String> seen = new HashSet<>();
            for (EvaluationRecord record : log.records(NAME, Instant.EPOCH, now)) {
                if (record.incomplete()) {
                    seen.add("incomplete");
                }
                record.transitions().forEach(transition -> {
                    seen.add(transition.to().text());
                    if (transition.late()) {
                        seen.add("late");
                    }
                    if (transition.kind() == Transition.Kind.CORRECTED) {
                        seen.add("corrected");
                    }
                });
            }
            return seen;
        }

        private static boolean isIn(Event event, Instant tick)
        {
            return event.time().isBefore(tick) && !event.time().isBefore(tick.minus(WINDOW));
        }

        private List<ResultRow> rows(Instant tick, Instant cutoff)
        {
            SortedMap<String, Integer> counts = new TreeMap<>();
            events.stream()
                    .filter(event -> isIn(event, tick) && event.ingested().isBefore(cutoff) && !event.visible().isAfter(now))
                    .forEach(event -> counts.merge(event.service(), 1, Integer::sum));
            return counts.entrySet().stream()
                    .filter(count -> count.getValue() > MORE_THAN)
                    .map(count -> new ResultRow(Labels.of(Map.of("service", count.getKey())), OptionalDouble.of(count.getValue()), new TreeMap<>()))
                    .toList();
        }

        @Override
        public Set<String> tables(RuleGroup group)
        {
            return Set.of("logs");
        }

        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
                throws QueryException
        {
            if (away) {
                throw new QueryException(QueryException.Kind.UNAVAILABLE, "Trino is away");
            }
            return new RuleResult(rule.alert(), rows(tick, cutoff), List.of(), Optional.empty(), 1, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
        {
            return ticks.stream()
                    .filter(tick -> events.stream().anyMatch(event -> isIn(event, tick) && !event.ingested().isBefore(from) && event.ingested().isBefore(cutoff) && !event.visible().isAfter(now)))
                    .toList();
        }

        @Override
        public SortedMap<GroupName, GroupRules> newest()
        {
            return new TreeMap<>(Map.of(NAME, new GroupRules(1, START, GROUP)));
        }

        @Override
        public GroupRules first(GroupName group)
        {
            return new GroupRules(1, START, GROUP);
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            return GROUP;
        }
    }
}
