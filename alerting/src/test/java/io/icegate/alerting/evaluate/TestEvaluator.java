package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationLogException;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The evaluator with its threads, over a store in memory, with a clock that is set by hand and a watermark that others tell.
 */
final class TestEvaluator
{
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final GroupName NAME = new GroupName("shop", "checkout");
    private static final GroupName OTHER = new GroupName("shop", "other");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * A receiver hangs with rows in flight that keep an alert firing: they have their time of arrival, and no query sees them.
     */
    @Test
    void testFault7ReceiverHangsWithRowsInFlight()
            throws Exception
    {
        World world = new World(true);
        try (Evaluator evaluator = world.start()) {
            assertThat(evaluator).isNotNull();
            hang(world);
            // two more looks at the watermark
            Thread.sleep(2_500);
            assertThat(world.newest(NAME).tick()).as("ticks wait").isEqualTo(START.plusSeconds(30));
            world.watermark = world.now;
            world.hidden = false;
            await(() -> world.newest(NAME).tick().equals(START.plusSeconds(60)));
            assertThat(world.newest(NAME).incomplete()).isFalse();
            assertThat(world.told()).as("no false resolve").containsExactly("firing");
        }
    }

    /**
     * What a clock in the place of the watermark makes of it.
     */
    @Test
    void testFault7WithAClockItResolves()
            throws Exception
    {
        World world = new World(false);
        try (Evaluator evaluator = world.start()) {
            assertThat(evaluator).isNotNull();
            hang(world);
            await(() -> world.newest(NAME).tick().equals(START.plusSeconds(60)));
            assertThat(world.told()).containsExactly("firing", "resolved");
        }
    }

    /**
     * The rows of the first 30 s are seen, and of the next 50 s nothing arrives, though it was accepted.
     */
    private static void hang(World world)
            throws InterruptedException
    {
        world.now = START.plusSeconds(31);
        world.watermark = START.plusSeconds(31);
        await(() -> world.log.newest(NAME).isPresent());
        assertThat(world.newest(NAME).tick()).isEqualTo(START.plusSeconds(30));
        world.hidden = true;
        world.now = START.plusSeconds(31 + 50);
    }

    /**
     * A receiver whose clock is an hour behind tells a watermark that is an hour behind: nothing is taken for complete by the clock of the evaluator. After its
     * patience it goes on without being sure, and says so.
     */
    @Test
    void testFault9ReceiverWithAClockAnHourBehind()
            throws Exception
    {
        World world = new World(true);
        try (Evaluator evaluator = world.start()) {
            assertThat(evaluator).isNotNull();
            world.watermark = START.minus(Duration.ofHours(1));
            world.now = START.plusSeconds(31);
            Thread.sleep(2_500);
            assertThat(world.log.newest(NAME)).isEmpty();
            world.now = START.plusSeconds(31).plus(World.PATIENCE);
            await(() -> world.log.newest(NAME).isPresent());
            assertThat(world.newest(NAME)).matches(record -> record.tick().equals(START.plusSeconds(30)) && record.incomplete());
            // one that is ahead holds nothing back: what it accepted later has a later time
            world.watermark = world.now.plus(Duration.ofHours(1));
            await(() -> world.newest(NAME).tick().equals(START.plusSeconds(150)));
            assertThat(world.newest(NAME).incomplete()).isFalse();
        }
    }

    @Test
    void testFault15RecordOfANewerFormatLeavesOnlyItsGroupAlone()
            throws Exception
    {
        World world = new World(false);
        world.groups = List.of(group(NAME), group(OTHER));
        byte[] newer = "{\"format\":9}".getBytes(StandardCharsets.UTF_8);
        world.store.put(EvaluationLog.key(NAME, START), newer);
        try (Evaluator evaluator = world.start()) {
            world.now = START.plusSeconds(61);
            await(() -> world.log.newest(OTHER).filter(record -> record.tick().equals(START.plusSeconds(60))).isPresent());
            await(() -> world.failures.get(NAME) instanceof EvaluationLogException failure && failure.kind() == EvaluationLogException.Kind.NEWER_FORMAT);
            assertThat(evaluator.newest()).extracting(EvaluationRecord::group).containsExactly(OTHER);
        }
        assertThat(world.store.get(EvaluationLog.key(NAME, START)).orElseThrow().content()).isEqualTo(newer);
        assertThat(world.store.get(EvaluationLog.key(NAME, START.plusSeconds(30)))).isEmpty();
    }

    /**
     * A newer evaluator beside it gets the group, although the hash is for this one.
     */
    @Test
    void testFault15GroupOfANewerFormatIsLeftToANewerEvaluator()
            throws Exception
    {
        World world = new World(false);
        List<UUID> ids = new ArrayList<>(List.of(new UUID(0, 1), new UUID(0, 2)));
        ids.sort(Comparator.comparing((UUID id) -> ownsBeside(id, ids)));
        EvaluatorMembership newer = new EvaluatorMembership(world.store, ids.getFirst(), System::nanoTime);
        EvaluatorMembership older = new EvaluatorMembership(world.store, ids.getLast(), System::nanoTime);
        // as the older one sees them
        MemoryObjectStore records = new MemoryObjectStore(() -> world.now);
        records.put(EvaluationLog.key(NAME, START.plusSeconds(30)), "{\"format\":9}".getBytes(StandardCharsets.UTF_8));
        EvaluationLog unreadable = new EvaluationLog(records, () -> world.now, RetryPolicy.of(RetryPolicy.Waiting.system()));
        try (Evaluator one = world.start("newer", newer, world.log)) {
            assertThat(one).isNotNull();
            world.now = START.plusSeconds(31);
            await(() -> world.log.newest(NAME).isPresent());
            try (Evaluator other = world.start("older", older, unreadable)) {
                assertThat(other).isNotNull();
                await(() -> world.failures.containsKey(NAME) && newer.alive().size() == 2);
                world.now = START.plusSeconds(61);
                await(() -> world.newest(NAME).tick().equals(START.plusSeconds(60)));
                assertThat(world.newest(NAME).evaluator()).isEqualTo("newer");
                await(() -> newer.owns(NAME) && !older.owns(NAME));
            }
        }
    }

    private static boolean ownsBeside(UUID id, List<UUID> all)
    {
        MemoryObjectStore store = new MemoryObjectStore(() -> START);
        all.forEach(each -> store.put(new ObjectKey("_alerts/v1/evaluators/%s.alive".formatted(each)), new byte[0]));
        EvaluatorMembership membership = new EvaluatorMembership(store, id, System::nanoTime);
        try {
            membership.beat();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return membership.owns(NAME);
    }

    /**
     * What is told of a group after it was given away would be refreshed for ever.
     */
    @Test
    void testNothingIsToldOfAGroupThatWasGivenAway()
            throws Exception
    {
        World world = new World(false);
        world.slowSink = true;
        try (Evaluator evaluator = world.start()) {
            assertThat(evaluator).isNotNull();
            world.now = START.plusSeconds(31);
            await(() -> world.calls.contains("disowned"));
        }
        assertThat(world.calls).startsWith("owned", "stored", "disowned");
    }

    private static void await(BooleanSupplier condition)
            throws InterruptedException
    {
        Instant limit = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(limit);
            Thread.sleep(20);
        }
    }

    private static RuleGroup group(GroupName name)
    {
        Rule rule = new Rule(
                "Errors", Duration.ofSeconds(20), "SELECT 1 FROM logs", Optional.empty(), Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(), new TreeMap<>(), RuleTime.EVENT, false, false);
        return new RuleGroup(name, Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO, Duration.ofHours(1), Optional.empty(), List.of(rule));
    }

    private static final class World
            implements EvaluatorEvents,
                       RecordSink,
                       RuleSource,
                       TickQueries
    {
        private static final Duration PATIENCE = Duration.ofMinutes(2);

        private final boolean waits;
        private final MemoryObjectStore store = new MemoryObjectStore(() -> this.now);
        private final EvaluationLog log = new EvaluationLog(store, () -> this.now, RetryPolicy.of(RetryPolicy.Waiting.system()));
        private final Map<GroupName, Exception> failures = new ConcurrentHashMap<>();
        private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
        private volatile List<RuleGroup> groups = List.of(group(NAME));
        private volatile Instant now = START;
        private volatile Instant watermark = START;
        private volatile boolean hidden;
        private volatile boolean slowSink;
        private volatile int listings;

        private World(boolean waits)
        {
            this.waits = waits;
        }

        private Evaluator start()
        {
            return start("me", new EvaluatorMembership(store, new UUID(0, 1), System::nanoTime), log);
        }

        private Evaluator start(String id, EvaluatorMembership membership, EvaluationLog log)
        {
            Evaluator evaluator = new Evaluator(new Evaluator.Parts(
                    this,
                    membership,
                    new Fold((_, _, _) -> ImmutableSortedMap.of()),
                    new WatermarkReader((_, _) -> answer(), "icegate", "otel"),
                    this,
                    new GroupParts(id, log, this, this, PATIENCE, () -> now, new Random(1))));
            evaluator.start();
            return evaluator;
        }

        private QueryEngine.QueryResult answer()
        {
            String low = LocalDateTime.ofInstant(waits ? watermark : now, ZoneOffset.UTC).toString().replace('T', ' ');
            return new QueryEngine.QueryResult(List.of(), List.of(Row.of("logs", low.length() == 16 ? low + ":00" : low)), "q", 1);
        }

        private EvaluationRecord newest(GroupName name)
        {
            return log.newest(name).orElseThrow();
        }

        private List<String> told()
        {
            return log.records(NAME, START, now).stream().flatMap(record -> record.transitions().stream()).map(transition -> transition.to().text()).toList();
        }

        @Override
        public Set<String> tables(RuleGroup group)
        {
            return Set.of("logs");
        }

        /**
         * There are errors all the time.
         */
        @Override
        public RuleResult evaluate(RuleGroup group, Rule rule, Instant tick, Instant cutoff, List<Labels> active)
        {
            List<ResultRow> rows = hidden ? List.of() : List.of(new ResultRow(Labels.of(Map.of("service", "cart")), OptionalDouble.of(1), new TreeMap<>()));
            return new RuleResult(rule.alert(), rows, List.of(), Optional.empty(), 1, Optional.empty());
        }

        @Override
        public List<Instant> late(RuleGroup group, List<Instant> ticks, Instant from, Instant cutoff)
        {
            return List.of();
        }

        @Override
        public SortedMap<GroupName, GroupRules> newest()
        {
            listings++;
            return new TreeMap<>(groups.stream().collect(Collectors.toMap(RuleGroup::name, group -> new GroupRules(1, START, group))));
        }

        @Override
        public GroupRules first(GroupName group)
        {
            return new GroupRules(1, START, version(group, 1));
        }

        @Override
        public RuleGroup version(GroupName group, long version)
        {
            return group(group);
        }

        @Override
        public void owned(RuleGroup group, Optional<EvaluationRecord> newest)
        {
            calls.add("owned");
        }

        @Override
        public void stored(EvaluationRecord record, RuleGroup group, boolean ours)
        {
            if (slowSink) {
                slowSink = false;
                groups = List.of();
                int before = listings;
                try {
                    await(() -> listings > before);
                    Thread.sleep(500);
                }
                catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
            calls.add("stored");
        }

        @Override
        public Cursors cursors(GroupName group)
        {
            return Cursors.NONE;
        }

        @Override
        public void disowned(GroupName group)
        {
            calls.add("disowned");
        }

        @Override
        public void recorded(EvaluationRecord record, boolean ours, Duration lag) {}

        @Override
        public void failed(GroupName group, Exception failure)
        {
            failures.put(group, failure);
        }

        @Override
        public void watermarks(SortedMap<String, Instant> watermarks) {}
    }
}
