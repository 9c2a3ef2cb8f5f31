package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What goes wrong around one group: each test has the number of its row in docs/knowledge/alerting-faults.md. In virtual time.
 */
final class TestAlertingFaults
{
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Rule ERRORS = rule("Errors", List.of("service"));

    @Test
    void testFault4TrinoDownForHalfAnHour()
            throws Exception
    {
        World undisturbed = new World(group(Duration.ZERO, ERRORS));
        World world = new World(group(Duration.ZERO, ERRORS));
        for (World each : List.of(undisturbed, world)) {
            each.errors("cart", 0, 300);
            each.errors("pay", 600, 720);
        }
        world.run(120);
        assertThat(world.firing()).containsExactly("cart");
        world.away = true;
        for (int minute = 0; minute < 30; minute++) {
            world.run(60);
            // "cart" stopped, and nobody may say so while nobody can know
            assertThat(world.firing()).containsExactly("cart");
        }
        assertThat(world.failures).isGreaterThan(1_000);
        assertThat(world.records()).hasSizeLessThan(5);
        world.away = false;
        world.run(300);
        undisturbed.run(120 + 1_800 + 300);
        assertThat(world.records()).extracting(EvaluationRecord::tick).isEqualTo(undisturbed.records().stream().map(EvaluationRecord::tick).toList());
        assertThat(world.told()).isEqualTo(undisturbed.told()).containsExactly("30 cart firing", "360 cart resolved", "630 pay firing", "780 pay resolved");
        assertThat(world.transitions()).extracting(Transition::late).containsExactly(false, true, true, true);
        assertThat(undisturbed.transitions()).extracting(Transition::late).containsOnly(false);
    }

    @Test
    void testFault5TrinoDownLongerThanCatchUp()
            throws Exception
    {
        World world = new World(group(Duration.ZERO, ERRORS));
        world.errors("cart", 0, 20_000);
        world.errors("pay", 600, 720);
        world.run(120);
        world.away = true;
        world.run(2 * 3_600);
        world.away = false;
        // they are passed together when Trino is back, and the rest is caught up with
        world.run(1);
        List<SkippedTicks> skipped = world.records().stream().flatMap(record -> record.skipped().stream()).toList();
        RuleGroup group = group(Duration.ZERO, ERRORS);
        assertThat(skipped).containsExactly(new SkippedTicks(
                START.plusSeconds(120),
                group.tickAtOrBefore(world.now.minus(Duration.ofHours(1)).minus(group.grace()).minus(PATIENCE))));
        assertThat(world.records().getLast().end()).isAfter(world.now.minusSeconds(60));
        List<EvaluationRecord> records = world.records();
        for (int i = 1; i < records.size(); i++) {
            assertThat(records.get(i).tick()).isEqualTo(records.get(i - 1).end().plus(INTERVAL));
        }
        assertThat(world.told()).as("what was true only then is not known, and nothing resolved").containsExactly("30 cart firing");
    }

    @Test
    void testFault6OneRuleFails()
            throws Exception
    {
        Rule other = rule("Others", List.of("service"));
        World world = new World(group(Duration.ZERO, ERRORS, other));
        world.errors("cart", 0, 150);
        world.errors("pay", 300, 450);
        world.run(120);
        world.failing = Optional.of("Errors");
        world.run(600);
        assertThat(world.told("Errors")).as("state of a rule that fails stays").containsExactly("30 cart firing");
        assertThat(world.told("Others")).containsExactly("30 cart firing", "210 cart resolved", "330 pay firing", "510 pay resolved");
        assertThat(world.told("IceGateRuleFailing")).hasSize(1);
        world.failing = Optional.empty();
        world.run(60);
        assertThat(world.told("Errors")).hasSize(2).last().asString().endsWith("cart resolved");
    }

    /**
     * A mistake of this program in one rule stops no other.
     */
    @Test
    void testFault6OneRuleBreaksTheProgram()
            throws Exception
    {
        World world = new World(group(Duration.ZERO, ERRORS, rule("Others", List.of("service"))));
        world.errors("cart", 0, 150);
        world.broken = Optional.of("Errors");
        world.run(600);
        assertThat(world.told("Errors")).isEmpty();
        assertThat(world.told("Others")).containsExactly("30 cart firing", "210 cart resolved");
        assertThat(world.told("IceGateRuleFailing")).hasSize(1);
        assertThat(world.records().getLast().result().results().getFirst().error()).contains("Cannot evaluate: java.lang.IllegalStateException: no such column");
    }

    /**
     * A receiver that dies with rows in flight holds the watermark until it is sealed, and what its client sends again counts when it comes.
     */
    @Test
    void testFault8ReceiverDiesWithRowsInFlight()
            throws Exception
    {
        World world = new World(group(Duration.ofMinutes(15), ERRORS));
        world.run(100);
        Instant died = world.now;
        world.heldUntil = Optional.of(died.plusSeconds(60));
        world.watermark = Optional.of(died);
        world.run(59);
        assertThat(world.records().getLast().result().cutoff()).as("ticks wait").isBeforeOrEqualTo(died);
        // the client's retry: the rows are of the time before, and arrive now
        world.events.add(new Event("cart", died.minusSeconds(2), died.plusSeconds(70)));
        world.run(120);
        assertThat(world.records()).noneMatch(EvaluationRecord::incomplete);
        assertThat(world.told()).containsExactly("120 cart firing", "180 cart resolved");
        assertThat(world.transitions()).first().satisfies(transition -> assertThat(transition.late()).isTrue());
    }

    @Test
    void testFault10RowsComeTenMinutesLate()
            throws Exception
    {
        World world = tenMinutesLate(Duration.ofMinutes(15));
        assertThat(world.told()).containsExactly("120 cart firing", "180 cart resolved");
        assertThat(world.transitions()).extracting(Transition::late).containsExactly(true, true);
        assertThat(world.transitions()).extracting(Transition::id).doesNotHaveDuplicates();
    }

    /**
     * What a fixed delay makes of the same rows.
     */
    @Test
    void testFault10FixedDelayMissesThem()
            throws Exception
    {
        assertThat(tenMinutesLate(Duration.ZERO).told()).isEmpty();
    }

    private static World tenMinutesLate(Duration lateness)
            throws Exception
    {
        World world = new World(group(lateness, ERRORS));
        world.events.add(new Event("cart", START.plusSeconds(100), START.plusSeconds(700)));
        world.run(1_800);
        return world;
    }

    @Test
    void testFault10FloodOfLateRows()
            throws Exception
    {
        World world = new World(group(Duration.ofMinutes(15), ERRORS));
        for (int second = 0; second < 900; second += 10) {
            world.events.add(new Event("service-" + second / 300, START.plusSeconds(second), START.plusSeconds(900)));
        }
        world.errors("now", 900, 960);
        world.run(900);
        assertThat(world.told()).isEmpty();
        world.slow = Duration.ofSeconds(4);
        world.run(45);
        // what happens now is not delayed by it, and what waits is told
        assertThat(world.told()).anyMatch(told -> told.endsWith("now firing"));
        assertThat(world.records().getLast().reopening().ticks()).isNotEmpty();
        world.run(600);
        List<EvaluationRecord> records = world.records();
        assertThat(records.getLast().reopening().ticks()).isEmpty();
        assertThat(records).allMatch(record -> record.late().size() <= GroupEvaluator.REOPENED_MIN);
        assertThat(records.stream().filter(record -> record.late().size() == GroupEvaluator.REOPENED_MIN).count()).isGreaterThan(3);
        assertThat(world.transitions()).extracting(Transition::id).doesNotHaveDuplicates();
        assertThat(world.told()).contains("30 service-0 firing", "360 service-0 resolved", "330 service-1 firing");
    }

    @Test
    void testFault11RuleChangesWhileItFires()
            throws Exception
    {
        World world = new World(group(Duration.ZERO, ERRORS));
        world.errors("cart", 0, 3_000);
        world.run(120);
        AlertInstance before = world.alert();
        Rule changed = new Rule(
                "Errors", Duration.ofSeconds(90), "SELECT 2", Optional.of(List.of("service")), Duration.ofMinutes(10), Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
        world.change(group(Duration.ZERO, changed));
        world.run(120);
        assertThat(world.alert().fingerprint()).isEqualTo(before.fingerprint());
        assertThat(world.alert().firedAt()).isEqualTo(before.firedAt());
        assertThat(world.told()).containsExactly("30 cart firing");
        // labels that no row can have any more
        world.change(group(Duration.ZERO, rule("Errors", List.of("zone"))));
        world.run(60);
        assertThat(world.transitions()).filteredOn(transition -> transition.to() == AlertState.RESOLVED).singleElement()
                .satisfies(transition -> assertThat(transition.reason()).contains("rule_changed"));
    }

    /**
     * The query of a rule over a segment that cannot be read fails. That is the rule's error: no row of its result counts, and none is taken for missing.
     */
    @Test
    void testFault14CorruptSegment()
            throws Exception
    {
        World world = new World(group(Duration.ZERO, ERRORS));
        world.errors("cart", 0, 100);
        world.run(90);
        world.queries = new SqlTickQueries(
                (_, _) -> {
                    throw new QueryException(QueryException.Kind.STATEMENT, "Segment 00000000000000000007.parquet is corrupt");
                },
                RuleSql.overTables("icegate", "otel"));
        world.run(600);
        assertThat(world.firing()).containsExactly("cart");
        assertThat(world.records().getLast().result().results()).singleElement().satisfies(result -> {
            assertThat(result.error()).contains("Segment 00000000000000000007.parquet is corrupt");
            assertThat(result.rows()).isEmpty();
        });
        assertThat(world.told("Errors")).containsExactly("30 cart firing");
        assertThat(world.told("IceGateRuleFailing")).hasSize(1);
    }

    private static Rule rule(String name, List<String> by)
    {
        return new Rule(name, Duration.ofSeconds(60), "SELECT 1 FROM logs", Optional.of(by), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
    }

    private static RuleGroup group(Duration lateness, Rule... rules)
    {
        return new RuleGroup(NAME, INTERVAL, Duration.ofSeconds(5), lateness, Duration.ofHours(1), Optional.empty(), List.of(rules));
    }

    /**
     * @param ingested from when on it is there
     */
    private record Event(String service, Instant time, Instant ingested) {}

    private static final class World
            implements RuleSource,
                       TickQueries
    {
        private final List<Event> events = new ArrayList<>();
        private final List<RuleGroup> versions = new ArrayList<>();
        private final EvaluationLog log;
        private final GroupEvaluator evaluator;
        private Instant now = START;
        private boolean away;
        private Optional<String> failing = Optional.empty();
        private Optional<String> broken = Optional.empty();
        private Duration slow = Duration.ZERO;
        private TickQueries queries = this;
        private Optional<Instant> watermark = Optional.empty();
        private Optional<Instant> heldUntil = Optional.empty();
        private int failures;

        private World(RuleGroup group)
                throws IOException
        {
            versions.add(group);
            Random random = new Random(1);
            log = new EvaluationLog(new MemoryObjectStore(() -> now), () -> now, RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, random)));
            Refold refold = new Refold(new Fold((_, _, _) -> ImmutableSortedMap.of()), version -> version(NAME, version));
            evaluator = GroupEvaluator.open(group, new GroupParts("me", log, this, new NoSink(), PATIENCE, () -> now, random), refold, this);
        }

        private void errors(String service, int from, int to)
        {
            for (int second = from; second < to; second += 10) {
                events.add(new Event(service, START.plusSeconds(second), START.plusSeconds(second)));
            }
        }

        private void change(RuleGroup group)
        {
            versions.add(group);
        }

        /**
         * Does as the thread of an evaluator, once a second and for all ticks that are due.
         */
        private void run(int seconds)
                throws Exception
        {
            Instant end = now.plusSeconds(seconds);
            while (now.isBefore(end)) {
                now = now.plusSeconds(1);
                while (tick()) {
                    assertThat(failures).isLessThan(100_000);
                }
            }
        }

        private boolean tick()
                throws Exception
        {
            RuleGroup group = versions.getLast();
            Instant cutoff = group.cutoff(evaluator.nextTick());
            boolean held = heldUntil.filter(now::isBefore).isPresent();
            Instant known = held ? watermark.orElseThrow() : now;
            boolean complete = !known.isBefore(cutoff);
            if (now.isBefore(cutoff) || (!complete && now.isBefore(cutoff.plus(PATIENCE)))) {
                return false;
            }
            try {
                evaluator.evaluate(new GroupRules(versions.size(), START, group), complete);
                return true;
            }
            catch (QueryException e) {
                assertThat(e.kind()).isEqualTo(QueryException.Kind.UNAVAILABLE);
                failures++;
                return false;
            }
        }

        private List<EvaluationRecord> records()
        {
            return log.records(NAME, Instant.EPOCH, now);
        }

        private List<Transition> transitions()
        {
            return records().stream().flatMap(record -> record.transitions().stream()).toList();
        }

        private List<String> told()
        {
            return transitions().stream().map(World::text).toList();
        }

        private List<String> told(String rule)
        {
            return transitions().stream().filter(transition -> transition.alert().rule().equals(rule)).map(World::text).toList();
        }

        private static String text(Transition transition)
        {
            return "%s %s %s".formatted(Duration.between(START, transition.tick()).toSeconds(), transition.alert().labels().values().get("service"), transition.to().text());
        }

        private AlertInstance alert()
        {
            return records().getLast().state().alerts().getFirst();
        }

        private List<String> firing()
        {
            return records().getLast().state().alerts().stream()
                    .filter(alert -> alert.rule().equals("Errors") && alert.state() == AlertState.FIRING)
                    .map(alert -> String.valueOf(alert.labels().values().get("service")))
                    .toList();
        }

        private static boolean isIn(Event event, Instant tick)
        {
            return event.time().isBefore(tick) && !event.time().isBefore(tick.minusSeconds(60));
        }

        @Override
        public Set<String> tables(RuleGroup group)
        {
            return Set.of("logs");
        }

        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
                throws QueryException, InterruptedException
        {
            if (queries != this) {
                return queries.evaluate(group, rule, tick, cutoff, active);
            }
            if (away) {
                throw new QueryException(QueryException.Kind.UNAVAILABLE, "Trino is away");
            }
            if (failing.equals(Optional.of(rule.alert()))) {
                return RuleResult.failed(rule.alert(), "Division by zero", 1);
            }
            if (broken.equals(Optional.of(rule.alert()))) {
                throw new IllegalStateException("no such column");
            }
            now = now.plus(slow);
            String label = rule.by().orElseThrow().getFirst();
            List<ResultRow> rows = events.stream()
                    .filter(event -> isIn(event, tick) && event.ingested().isBefore(cutoff) && !event.ingested().isAfter(now))
                    .map(Event::service)
                    .distinct()
                    .map(service -> new ResultRow(Labels.of(Map.of(label, service)), OptionalDouble.of(1), new TreeMap<>()))
                    .toList();
            return new RuleResult(rule.alert(), rows, List.of(), Optional.empty(), 1, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
        {
            return ticks.stream()
                    .filter(tick -> events.stream().anyMatch(event -> isIn(event, tick) && !event.ingested().isBefore(from) && event.ingested().isBefore(cutoff) && !event.ingested().isAfter(now)))
                    .toList();
        }

        @Override
        public SortedMap<GroupName, GroupRules> newest()
        {
            return new TreeMap<>(Map.of(NAME, new GroupRules(versions.size(), START, versions.getLast())));
        }

        @Override
        public GroupRules first(GroupName group)
        {
            return new GroupRules(1, START, versions.getFirst());
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            return versions.get((int) version - 1);
        }
    }
}
