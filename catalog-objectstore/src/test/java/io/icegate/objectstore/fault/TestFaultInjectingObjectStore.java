package io.icegate.objectstore.fault;

import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreRaces;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.StoreOperation;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The contract with a decorator that waits only; then what each fault does.
 */
final class TestFaultInjectingObjectStore
        extends AbstractTestObjectStore
{
    private static final ObjectKey KEY = FOLDER.child("key");

    @Override
    protected ObjectStore createStore()
    {
        FaultPlan waits = FaultPlan.standard().withFaults(EnumSet.of(StoreFault.DELAY, StoreFault.STALL)).withWaits(Duration.ofNanos(1000), Duration.ofMillis(1));
        return new FaultInjectingObjectStore(memory(), 1, waits);
    }

    @Test
    void testRaceUnderFaults()
            throws Exception
    {
        long seed = Seeds.next("testRaceUnderFaults");
        for (int round = 0; round < 5; round++) {
            FaultPlan plan = FaultPlan.standard().withWaits(Duration.ofNanos(1000), Duration.ofMillis(1));
            try (FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory(), seed + round, plan)) {
                ObjectStoreRaces.assertIncrementsSumUp(List.of(store), FOLDER, 6, 30);
                Set<StoreFault> seen = store.injectedFaults().stream().map(InjectedFault::fault).collect(Collectors.toSet());
                assertThat(seen).containsAll(EnumSet.allOf(StoreFault.class));
            }
        }
    }

    @Test
    void testRateIsKept()
            throws IOException
    {
        FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory(), 4, FaultPlan.standard(), _ignored -> {});
        for (int i = 0; i < 10_000; i++) {
            try {
                store.head(KEY);
            }
            catch (IOException expected) {
                // one of the faults
            }
        }
        assertThat(store.injectedFaults().size()).isBetween(1_000, 1_400);
    }

    @Test
    void testSeedReplays()
            throws Exception
    {
        List<InjectedFault> first = run(42, 1);
        assertThat(first).hasSizeGreaterThan(50);
        assertThat(run(42, 1)).as("one thread: the same faults in the same order").isEqualTo(first);
        assertThat(run(42, 4)).as("four threads: the same faults").containsExactlyInAnyOrderElementsOf(first);
        assertThat(run(43, 1)).isNotEqualTo(first);
    }

    private static List<InjectedFault> run(long seed, int threads)
            throws Exception
    {
        FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory(), seed, FaultPlan.standard(), _ignored -> {});
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int first = thread;
            tasks.add(() -> {
                for (int i = first; i < 400; i += threads) {
                    store.putIfAbsent(FOLDER.child("k" + i), bytes("x"));
                    try {
                        store.get(FOLDER.child("k" + i));
                    }
                    catch (IOException expected) {
                        // one of the faults
                    }
                }
                return true;
            });
        }
        ObjectStoreRaces.together(tasks);
        return store.injectedFaults();
    }

    @Test
    void testErrorBefore()
            throws IOException
    {
        FaultInjectingObjectStore store = always(StoreFault.ERROR_BEFORE);
        assertThat(store.putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> store.put(KEY, bytes("x"))).isInstanceOf(IOException.class).hasMessageContaining("seed 5");
        assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(IOException.class);
        store.follow(FaultPlan.none());
        assertThat(store.get(KEY)).isEmpty();
    }

    @Test
    void testLostAcknowledgement()
            throws IOException
    {
        FaultInjectingObjectStore store = always(StoreFault.LOST_ACKNOWLEDGEMENT);
        assertThat(store.putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.UNKNOWN);
        assertThatThrownBy(() -> store.put(FOLDER.child("other"), bytes("y"))).isInstanceOf(IOException.class);
        store.follow(FaultPlan.none());
        assertThat(store.get(KEY)).isPresent();
        assertThat(store.get(FOLDER.child("other"))).isPresent();
    }

    @Test
    void testRepeat()
            throws IOException
    {
        FaultInjectingObjectStore store = always(StoreFault.REPEAT);
        assertThat(store.putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        store.follow(FaultPlan.none());
        assertThat(store.get(KEY)).as("written by the first delivery").isPresent();
    }

    @Test
    void testLateEffect()
            throws IOException
    {
        FaultInjectingObjectStore store = always(StoreFault.LATE_EFFECT);
        assertThat(store.putIfAbsent(KEY, bytes("late"))).isEqualTo(PutOutcome.UNKNOWN);
        store.follow(FaultPlan.none());
        assertThat(store.get(KEY)).isEmpty();
        for (int i = 0; i < FaultInjectingObjectStore.LATE_REQUESTS - 1; i++) {
            store.putIfAbsent(FOLDER.child("other" + i), bytes("x"));
        }
        assertThat(store.get(KEY)).isEmpty();
        assertThat(store.putIfAbsent(KEY, bytes("too late"))).isEqualTo(PutOutcome.PRECONDITION_FAILED);
        assertThat(new String(store.get(KEY).orElseThrow().content(), UTF_8)).isEqualTo("late");
    }

    @Test
    void testSettle()
            throws IOException
    {
        FaultInjectingObjectStore store = always(StoreFault.LATE_EFFECT);
        store.putIfAbsent(KEY, bytes("late"));
        store.settle();
        store.follow(FaultPlan.none());
        assertThat(store.get(KEY)).isPresent();
    }

    @Test
    void testWaits()
            throws IOException
    {
        List<Duration> waits = new ArrayList<>();
        FaultPlan plan = FaultPlan.standard().withRate(1).withFaults(EnumSet.of(StoreFault.STALL)).withWaits(Duration.ofMillis(1), Duration.ofSeconds(77));
        FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory(), 5, plan, waits::add);
        assertThat(store.putIfAbsent(KEY, bytes("x"))).isEqualTo(PutOutcome.WRITTEN);
        assertThat(store.get(KEY)).isPresent();
        assertThat(waits).containsExactly(Duration.ofSeconds(77), Duration.ofSeconds(77));
    }

    @Test
    void testOperations()
            throws IOException
    {
        FaultPlan plan = FaultPlan.outage().withOperations(EnumSet.of(StoreOperation.PUT));
        FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory(), 5, plan);
        assertThat(store.get(KEY)).isEmpty();
        assertThat(store.list(FOLDER, Optional.empty(), 1).objects()).isEmpty();
        assertThatThrownBy(() -> store.put(KEY, bytes("x"))).isInstanceOf(IOException.class);
    }

    private static FaultInjectingObjectStore always(StoreFault fault)
    {
        return new FaultInjectingObjectStore(memory(), 5, FaultPlan.standard().withRate(1).withFaults(EnumSet.of(fault)), _ignored -> {});
    }

    private static MemoryObjectStore memory()
    {
        return new MemoryObjectStore(InstantSource.system());
    }
}
