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
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.Refold.Refolded;
import io.icegate.alerting.state.ResultRow;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.TickResult;
import io.icegate.alerting.state.Transition;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Several evaluators of one group over one store, in a random order of steps, with requests that fail, are lost or come late, with pauses between reading and
 * writing, and with rules whose new versions they see at different times.
 */
final class TestEvaluators
{
    private static final GroupName GROUP = new GroupName("shop", "checkout");
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final Duration CATCH_UP = Duration.ofMinutes(5);
    private static final int RUNS = 15;
    private static final int STEPS = 300;

    @Test
    void testOneRecordForEachTick()
            throws IOException
    {
        long seed = Seeds.next("TestEvaluators");
        SplittableRandom random = new SplittableRandom(seed);
        int adopted = 0;
        int unknown = 0;
        int skipped = 0;
        for (int i = 0; i < RUNS; i++) {
            World world = new World(random.split(), store -> store, false);
            world.run();
            adopted += world.adopted;
            unknown += world.unknown;
            skipped += world.skipped;
        }
        // or nothing was tried
        assertThat(List.of(adopted, skipped)).allMatch(count -> count > RUNS / 2);
        assertThat(unknown).isPositive();
    }

    @Test
    void testBlindPutsAreSeen()
    {
        assertThatThrownBy(() -> {
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < RUNS; i++) {
                new World(random.split(), BlindStore::new, false).run();
            }
        }).isInstanceOf(AssertionError.class);
    }

    /**
     * The next tick must not depend on the version of the rules that an evaluator knows.
     */
    @Test
    void testTicksOfOwnChoiceAreSeen()
    {
        assertThatThrownBy(() -> {
            SplittableRandom random = new SplittableRandom(3);
            for (int i = 0; i < RUNS; i++) {
                new World(random.split(), store -> store, true).run();
            }
        }).isInstanceOf(AssertionError.class);
    }

    /**
     * Overwrites what it should not.
     */
    private static final class BlindStore
            extends ObjectStoreDecorator
    {
        private final ObjectStore store;

        private BlindStore(ObjectStore store)
        {
            super(store);
            this.store = store;
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            return request.send();
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            try {
                store.put(key, content);
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return PutOutcome.WRITTEN;
        }
    }

    private static final class World
    {
        private final SplittableRandom random;
        private final boolean ownTicks;
        private final MemoryObjectStore store;
        private final List<Evaluator> evaluators = new ArrayList<>();
        private final List<FaultInjectingObjectStore> stores = new ArrayList<>();
        private final Map<Instant, EvaluationRecord> written = new HashMap<>();
        private final Fold fold = new Fold((_, row, tick) -> ImmutableSortedMap.of("summary", row.labels() + "at" + tick));
        private final Refold refold = new Refold(fold, World::rules);
        private Instant now = START;
        private long version = 1;
        private int adopted;
        private int unknown;
        private int skipped;

        private World(SplittableRandom random, UnaryOperator<ObjectStore> broken, boolean ownTicks)
        {
            this.random = random;
            this.ownTicks = ownTicks;
            this.store = new MemoryObjectStore(() -> now);
            int count = 2 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(broken.apply(store), random.nextLong(), FaultPlan.standard(), _ -> {});
                stores.add(faulty);
                evaluators.add(new Evaluator(i, faulty));
            }
        }

        private void run()
                throws IOException
        {
            for (int step = 0; step < STEPS; step++) {
                now = now.plusSeconds(1 + random.nextInt(10));
                if (random.nextInt(30) == 0) {
                    version++;
                }
                if (random.nextInt(150) == 0) {
                    now = now.plus(CATCH_UP.multipliedBy(2)); // all were down
                }
                evaluators.get(random.nextInt(evaluators.size())).step();
            }
            for (FaultInjectingObjectStore faulty : stores) {
                faulty.settle();
                faulty.follow(FaultPlan.none());
            }
            evaluators.forEach(Evaluator::finish);
            check();
        }

        private void check()
        {
            EvaluationLog log = new EvaluationLog(store, () -> now, retries());
            List<EvaluationRecord> records = log.records(GROUP, Instant.EPOCH, now.plus(CATCH_UP));
            assertThat(records).hasSizeGreaterThan(20);
            // A1: what anybody took for written is there
            Map<Instant, EvaluationRecord> stored = new HashMap<>();
            records.forEach(record -> stored.put(record.tick(), record));
            written.forEach((tick, record) -> assertThat(stored.get(tick)).isEqualTo(record));
            // A4: each tick has a record or lies in a skipped one
            assertThat(records.getFirst().tick()).isEqualTo(START);
            for (int i = 1; i < records.size(); i++) {
                EvaluationRecord before = records.get(i - 1);
                assertThat(records.get(i).tick()).isEqualTo(before.nextTick(rules(before.rulesVersion())));
            }
            // A2: the state is the fold of all before
            assertThat(refold.replay(GroupState.EMPTY, Refold.steps(records)).getLast().after()).isEqualTo(records.getLast().state());
            Set<String> told = new HashSet<>();
            records.forEach(record -> record.transitions().forEach(transition -> assertThat(told.add(transition.id())).isTrue()));
            Set<String> holds = new HashSet<>();
            refold.replay(GroupState.EMPTY, Refold.steps(records)).forEach(outcome -> outcome.transitions().stream().map(Transition::id).forEach(holds::add));
            assertThat(told).containsAll(holds);
        }

        /**
         * The interval alternates.
         */
        private static RuleGroup rules(long version)
        {
            Rule rule = new Rule(
                    "Errors",
                    Duration.ofMinutes(5),
                    "SELECT 1",
                    Optional.empty(),
                    Duration.ofSeconds(30 * (version % 3)),
                    Duration.ofSeconds(30),
                    NoData.RESOLVE,
                    ImmutableSortedMap.of(),
                    ImmutableSortedMap.of(),
                    RuleTime.EVENT,
                    true,
                    false);
            return new RuleGroup(GROUP, Duration.ofSeconds(version % 2 == 0 ? 60 : 30), Duration.ofSeconds(version % 3 * 7), Duration.ofSeconds(5), Duration.ofSeconds(180), CATCH_UP, Optional.empty(), List.of(rule));
        }

        /**
         * The rows of a tick that had arrived before a cutoff, equal for all who ask.
         */
        private static TickResult result(Instant tick, Instant cutoff)
        {
            List<ResultRow> rows = new ArrayList<>();
            for (String service : List.of("cart", "pay")) {
                SplittableRandom dice = new SplittableRandom(tick.getEpochSecond() * 31 + service.hashCode());
                boolean late = dice.nextInt(4) == 0 && cutoff.isBefore(tick.plusSeconds(60));
                if (dice.nextInt(3) > 0 && !late) {
                    rows.add(new ResultRow(Labels.of(Map.of("service_name", service)), OptionalDouble.of(dice.nextInt(100)), ImmutableSortedMap.of()));
                }
            }
            return new TickResult(tick, cutoff, List.of(new RuleResult("Errors", rows, List.of(), Optional.empty(), 1, Optional.empty())));
        }

        private static RetryPolicy retries()
        {
            return RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new SplittableRandom(1))).withAttemptsMax(1);
        }

        private final class Evaluator
        {
            private final String name;
            private final EvaluatorMembership membership;
            private final EvaluationLog log;
            private Optional<EvaluationRecord> next = Optional.empty();
            private int made;

            private Evaluator(int number, ObjectStore store)
            {
                this.name = "evaluator" + number;
                this.membership = new EvaluatorMembership(store, new UUID(0, number), () -> Duration.between(START, now).toNanos());
                this.log = new EvaluationLog(store, () -> now, retries());
            }

            /**
             * Either makes a record or writes the one that it made, perhaps long ago.
             */
            private void step()
            {
                try {
                    if (next.isPresent()) {
                        append();
                        return;
                    }
                    membership.beat();
                    // a view may be old
                    if (membership.owns(GROUP) || random.nextInt(3) == 0) {
                        make();
                    }
                }
                catch (IOException | EvaluationLogException e) {
                    // later
                }
            }

            private void finish()
            {
                if (next.isPresent()) {
                    append();
                }
            }

            private void append()
            {
                EvaluationRecord record = next.orElseThrow();
                EvaluationLog.Appended appended = log.append(record);
                switch (appended.outcome()) {
                    case WRITTEN -> {
                        skipped += record.skipped().isPresent() ? 1 : 0;
                        assertThat(written.put(record.tick(), appended.record())).as("tick %s", record.tick()).isNull();
                        next = Optional.empty();
                    }
                    case ADOPTED -> {
                        adopted++;
                        next = Optional.empty();
                    }
                    case UNKNOWN -> unknown++;
                }
            }

            private void make()
            {
                Optional<EvaluationRecord> newest = log.newest(GROUP);
                long known = Math.max(newest.map(EvaluationRecord::rulesVersion).orElse(1L), version - random.nextInt(2));
                RuleGroup rules = rules(known);
                Instant tick = newest.map(record -> record.nextTick(rules(ownTicks ? known : record.rulesVersion()))).orElse(START);
                Instant cutoff = rules.cutoff(tick);
                if (now.isBefore(cutoff)) {
                    return;
                }
                boolean reopens = newest.isPresent() && random.nextInt(3) == 0;
                List<EvaluationRecord> records = newest.isEmpty()
                        ? List.of()
                        : log.records(GROUP, Refold.recordsFrom(newest.orElseThrow(), rules, tick, reopens), newest.orElseThrow().tick());
                Instant oldest = now.minus(CATCH_UP);
                if (tick.isBefore(oldest)) {
                    SkippedTicks ticks = new SkippedTicks(tick, rules.tickAtOrBefore(oldest).isBefore(tick) ? tick : rules.tickAtOrBefore(oldest));
                    next = Optional.of(record(refold.skip(records, rules, new TickResult(tick, cutoff, List.of())), known, Optional.of(ticks)));
                    return;
                }
                List<TickResult> reopened = reopens
                        ? refold.reopenable(records, rules, tick).stream().limit(5).map(each -> result(each, cutoff)).toList()
                        : List.of();
                next = Optional.of(record(refold.next(records, rules, known, result(tick, cutoff), reopened, false), known, Optional.empty()));
            }

            private EvaluationRecord record(Refolded refolded, long rulesVersion, Optional<SkippedTicks> skippedTicks)
            {
                made++;
                return new EvaluationRecord(
                        GROUP,
                        name + "-" + made,
                        name,
                        refolded.result(),
                        now,
                        rulesVersion,
                        false,
                        new Reopening(refolded.result().cutoff(), List.of()),
                        skippedTicks,
                        refolded.late(),
                        refolded.transitions(),
                        refolded.after(),
                        refolded.settled(),
                        ImmutableSortedMap.of(),
                        List.of());
            }
        }
    }
}
