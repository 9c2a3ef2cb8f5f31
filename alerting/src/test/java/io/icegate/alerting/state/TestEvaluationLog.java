package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationLog.Outcome;
import io.icegate.alerting.state.EvaluationLogException.Kind;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.fault.StoreFault;
import io.icegate.objectstore.fault.TracingObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestEvaluationLog
{
    private static final GroupName GROUP = new GroupName("shop.de", "checkout");
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    private final MemoryObjectStore store = new MemoryObjectStore(InstantSource.fixed(NOW));
    private final TracingObjectStore traced = new TracingObjectStore(store);
    private final EvaluationLog log = new EvaluationLog(traced, InstantSource.fixed(NOW), retries());

    @Test
    void testKeys()
    {
        assertThat(EvaluationLog.key(GROUP, NOW)).isEqualTo(new ObjectKey("_alerts/v1/log/shop.de/checkout/00000000001800000000.json"));
    }

    @Test
    void testFirstRecordOfATickIsTheOne()
    {
        EvaluationRecord first = record("first", NOW);
        assertThat(log.append(first).outcome()).isEqualTo(Outcome.WRITTEN);
        assertThat(log.append(first).outcome()).isEqualTo(Outcome.WRITTEN);
        assertThat(log.append(record("second", NOW))).isEqualTo(new EvaluationLog.Appended(Outcome.ADOPTED, first, List.of(), Optional.empty()));
        assertThat(log.newest(GROUP)).contains(first);
        assertThat(log.newest(new GroupName("shop.de", "other"))).isEmpty();
    }

    @Test
    void testUnknownIsSettledByTheSameRecord()
    {
        FaultInjectingObjectStore faulty = new FaultInjectingObjectStore(
                store,
                1,
                FaultPlan.standard().withRate(1).withFaults(EnumSet.of(StoreFault.LATE_EFFECT)).withOperations(EnumSet.of(StoreOperation.PUT_IF_ABSENT)));
        EvaluationLog uncertain = new EvaluationLog(faulty, InstantSource.fixed(NOW), retries().withAttemptsMax(2));
        EvaluationRecord record = record("first", NOW);
        assertThat(uncertain.append(record)).satisfies(appended -> {
            assertThat(appended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(appended.failure()).isPresent();
        });
        faulty.settle();
        assertThat(uncertain.append(record).outcome()).isEqualTo(Outcome.WRITTEN);
    }

    @Test
    void testNewestCostsTwoRequests()
    {
        for (int i = 10; i >= 0; i--) {
            log.append(record("r" + i, NOW.minusSeconds(30L * i)));
        }
        traced.takeRequests();
        assertThat(log.newest(GROUP).orElseThrow().id()).isEqualTo("r0");
        assertThat(traced.requests()).hasSize(2);
    }

    @Test
    void testNewestOfLongAgo()
    {
        log.append(record("old", NOW.minus(Duration.ofDays(3))));
        assertThat(log.newest(GROUP).orElseThrow().id()).isEqualTo("old");
        GroupName idle = new GroupName("shop", "idle");
        EvaluationRecord older = record(idle, "older", NOW.minus(Duration.ofDays(30)), Optional.empty());
        log.append(older);
        assertThat(log.newest(idle)).contains(older);
        assertThat(log.deleteBefore(older, NOW)).isZero();
        assertThat(log.newest(idle)).contains(older);
    }

    @Test
    void testRanges()
    {
        for (int i = 0; i < 10; i++) {
            log.append(record("r" + i, NOW.plusSeconds(30L * i)));
        }
        store.put(EvaluationLog.FOLDER.child(GROUP.path()).child("notes.txt"), new byte[0]);
        assertThat(log.after(GROUP, NOW.plusSeconds(30), 3)).extracting(EvaluationRecord::id).containsExactly("r2", "r3", "r4");
        assertThat(log.after(GROUP, NOW.plusSeconds(270), 3)).isEmpty();
        assertThat(log.records(GROUP, NOW.plusSeconds(60), NOW.plusSeconds(120))).extracting(EvaluationRecord::id).containsExactly("r2", "r3", "r4");
        assertThat(log.records(GROUP, Instant.EPOCH, Instant.EPOCH)).isEmpty();
        assertThat(log.records(GROUP, Instant.EPOCH, NOW)).extracting(EvaluationRecord::id).containsExactly("r0");
        EvaluationRecord newest = log.newest(GROUP).orElseThrow();
        assertThat(log.deleteBefore(newest, NOW.plusSeconds(60))).isEqualTo(2);
        assertThat(log.after(GROUP, Instant.EPOCH, 100)).extracting(EvaluationRecord::id).startsWith("r2").hasSize(8);
        assertThat(log.deleteBefore(newest, NOW.plus(Duration.ofDays(1)))).isEqualTo(7);
        assertThat(log.newest(GROUP)).contains(newest);
    }

    @Test
    void testRecordsThatCannotBeUsed()
    {
        store.put(EvaluationLog.key(GROUP, NOW), "{".getBytes(StandardCharsets.UTF_8));
        assertRefused(Kind.CORRUPT, () -> log.newest(GROUP));
        assertRefused(Kind.CORRUPT, () -> log.append(record("mine", NOW)));
        store.put(EvaluationLog.key(GROUP, NOW), "{\"format\":9}".getBytes(StandardCharsets.UTF_8));
        assertRefused(Kind.NEWER_FORMAT, () -> log.newest(GROUP));
        store.put(EvaluationLog.key(GROUP, NOW), EvaluationRecordParser.toJson(record("mine", NOW.minusSeconds(30))).content());
        assertRefused(Kind.CORRUPT, () -> log.newest(GROUP));
        EvaluationLog unreachable = new EvaluationLog(new FaultInjectingObjectStore(store, 1, FaultPlan.outage()), InstantSource.fixed(NOW), retries());
        assertRefused(Kind.UNAVAILABLE, () -> unreachable.newest(GROUP));
        // the others go on
        GroupName other = new GroupName("shop", "other");
        assertThat(log.append(record(other, "mine", NOW, Optional.empty())).outcome()).isEqualTo(Outcome.WRITTEN);
    }

    @Test
    void testNextTickFollowsFromTheRecord()
    {
        RuleGroup rules = new RuleGroup(GROUP, Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), List.of());
        assertThat(record("r", NOW).nextTick(rules)).isEqualTo(NOW.plusSeconds(60));
        // the interval was another one before
        assertThat(record("r", NOW.plusSeconds(30)).nextTick(rules)).isEqualTo(NOW.plusSeconds(60));
        assertThat(record(GROUP, "r", NOW, Optional.of(new SkippedTicks(NOW, NOW.plusSeconds(600)))).nextTick(rules)).isEqualTo(NOW.plusSeconds(660));
        assertThatThrownBy(() -> log.append(record(GROUP, "r", NOW, Optional.of(new SkippedTicks(NOW.minusSeconds(60), NOW))))).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(Kind kind, Runnable action)
    {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(EvaluationLogException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining("shop.de/checkout");
    }

    private static RetryPolicy retries()
    {
        return RetryPolicy.of(new RetryPolicy.Waiting(System::nanoTime, _ -> {}, new SplittableRandom(1))).withAttemptsMax(5);
    }

    private static EvaluationRecord record(String id, Instant tick)
    {
        return record(GROUP, id, tick, Optional.empty());
    }

    private static EvaluationRecord record(GroupName group, String id, Instant tick, Optional<SkippedTicks> skipped)
    {
        return new EvaluationRecord(
                group,
                id,
                "evaluator",
                new TickResult(tick, tick, List.of()),
                tick,
                1,
                false,
                new Reopening(tick, List.of()),
                skipped,
                List.of(),
                List.of(),
                GroupState.EMPTY,
                Optional.empty(),
                ImmutableSortedMap.of(),
                List.of());
    }
}
