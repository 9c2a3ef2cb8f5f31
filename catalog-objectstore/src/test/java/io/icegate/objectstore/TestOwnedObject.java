package io.icegate.objectstore;

import io.icegate.objectstore.OwnedObject.Outcome;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.fault.FaultInjectingObjectStore;
import io.icegate.objectstore.fault.FaultPlan;
import io.icegate.objectstore.fault.StoreFault;
import io.icegate.objectstore.memory.MemoryObjectStore;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import static io.icegate.objectstore.OwnedObject.Outcome.FOREIGN;
import static io.icegate.objectstore.OwnedObject.Outcome.OURS;
import static io.icegate.objectstore.OwnedObject.Outcome.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestOwnedObject
{
    private static final ObjectKey KEY = new ObjectKey("folder/object");
    private static final byte[] OUR_BYTES = "ours".getBytes(UTF_8);
    private static final byte[] FOREIGN_BYTES = "foreign".getBytes(UTF_8);

    private final MemoryObjectStore memory = new MemoryObjectStore(InstantSource.system());
    private final AtomicLong nanos = new AtomicLong();
    private final List<Duration> pauses = new ArrayList<>();

    /**
     * What becomes of one conditional write.
     */
    private enum Put
    {
        ANSWERED,
        LOST_AND_WRITTEN,
        LOST_AND_NOT_WRITTEN,
        /**
         * Lands after the read-back that follows it.
         */
        LOST_AND_LATE,
        /**
         * Delivered twice: the caller hears that its own object is in the way.
         */
        REPEATED,
    }

    private enum Read
    {
        ANSWERED,
        FAILED,
    }

    /**
     * One attempt.
     *
     * @param foreignFirst another writes just before it, if it can
     */
    private record Step(boolean foreignFirst, Put put, Read read) {}

    /**
     * A store that answers as a script says, and the truth about it.
     */
    private final class ScriptedStore
            extends ObjectStoreDecorator
    {
        private final List<Step> script;
        private int attempts;
        private boolean late;

        private ScriptedStore(List<Step> script)
        {
            super(memory);
            this.script = script;
        }

        private void foreignWrite()
        {
            memory.putIfAbsent(KEY, FOREIGN_BYTES);
        }

        private void land()
        {
            if (late) {
                late = false;
                memory.putIfAbsent(KEY, OUR_BYTES);
            }
        }

        @Override
        protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
        {
            land();
            Step step = script.get(attempts);
            attempts++;
            if (step.foreignFirst) {
                foreignWrite();
            }
            return switch (step.put) {
                case ANSWERED -> request.send();
                case LOST_AND_WRITTEN -> {
                    request.send();
                    yield PutOutcome.UNKNOWN;
                }
                case LOST_AND_NOT_WRITTEN -> PutOutcome.UNKNOWN;
                case LOST_AND_LATE -> {
                    late = true;
                    yield PutOutcome.UNKNOWN;
                }
                case REPEATED -> {
                    request.send();
                    yield request.send();
                }
            };
        }

        @Override
        protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
                throws IOException
        {
            if (script.get(attempts - 1).read == Read.FAILED) {
                throw new IOException("the answer is lost");
            }
            return request.send();
        }
    }

    private RetryPolicy policy(int attemptsMax)
    {
        Sleeper sleeper = duration -> {
            pauses.add(duration);
            nanos.addAndGet(duration.toNanos());
        };
        return RetryPolicy.of(new RetryPolicy.Waiting(nanos::get, sleeper, () -> 0)).withAttemptsMax(attemptsMax);
    }

    private Settled<StoredObject> settle(ObjectStore store, RetryPolicy policy)
    {
        return OwnedObject.settle(store, KEY, OUR_BYTES, TestOwnedObject::isOurs, policy);
    }

    private Settled<StoredObject> settle(Step... script)
    {
        return settle(new ScriptedStore(List.of(script)), policy(script.length));
    }

    private static boolean isOurs(StoredObject stored)
    {
        return Arrays.equals(stored.content(), OUR_BYTES);
    }

    private static Step step(Put put, Read read)
    {
        return new Step(false, put, read);
    }

    private static void assertSettled(Settled<StoredObject> settled, Outcome outcome, Optional<String> stored)
    {
        assertThat(settled.outcome()).isEqualTo(outcome);
        assertThat(settled.stored().map(object -> new String(object.content(), UTF_8))).isEqualTo(stored);
    }

    @Test
    void testWritten()
    {
        assertSettled(settle(step(Put.ANSWERED, Read.FAILED)), OURS, Optional.empty());
        assertThat(pauses).isEmpty();
    }

    @Test
    void testLostAndWritten()
    {
        assertSettled(settle(step(Put.LOST_AND_WRITTEN, Read.ANSWERED)), OURS, Optional.of("ours"));
        assertThat(pauses).isEmpty();
    }

    @Test
    void testLostAndNotWrittenIsSentAgain()
    {
        assertSettled(settle(step(Put.LOST_AND_NOT_WRITTEN, Read.ANSWERED), step(Put.ANSWERED, Read.ANSWERED)), OURS, Optional.empty());
        assertThat(pauses).hasSize(1);
    }

    @Test
    void testOwnObjectInTheWay()
    {
        assertSettled(settle(step(Put.REPEATED, Read.ANSWERED)), OURS, Optional.of("ours"));
    }

    @Test
    void testForeign()
    {
        assertSettled(settle(new Step(true, Put.ANSWERED, Read.ANSWERED)), FOREIGN, Optional.of("foreign"));
    }

    @Test
    void testForeignBehindALostAttempt()
    {
        assertSettled(settle(step(Put.LOST_AND_NOT_WRITTEN, Read.FAILED), new Step(true, Put.LOST_AND_NOT_WRITTEN, Read.ANSWERED)), FOREIGN, Optional.of("foreign"));
    }

    @Test
    void testForeignAfterOursDoesNotCount()
    {
        // ours landed unheard, then another writes, then we ask again
        assertSettled(settle(step(Put.LOST_AND_WRITTEN, Read.FAILED), new Step(true, Put.ANSWERED, Read.ANSWERED)), OURS, Optional.of("ours"));
        memory.delete(List.of(KEY));
        assertSettled(settle(step(Put.LOST_AND_LATE, Read.ANSWERED), new Step(true, Put.LOST_AND_NOT_WRITTEN, Read.ANSWERED)), OURS, Optional.of("ours"));
    }

    @Test
    void testUnknownForEver()
    {
        Settled<StoredObject> settled = settle(new FaultInjectingObjectStore(memory, 1, FaultPlan.outage()), policy(Integer.MAX_VALUE));
        assertThat(settled.outcome()).isEqualTo(UNKNOWN);
        assertThat(settled.failure().orElseThrow()).isInstanceOf(IOException.class).hasMessageContaining("injected fault");
        assertThat(Duration.ofNanos(nanos.get())).as("the deadline of the policy").isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void testRefusalOfTheFirstAttemptIsPassedOn()
    {
        OwnedObject.Attempt refused = () -> {
            throw new ObjectStoreAccessException("no permission");
        };
        assertThatThrownBy(() -> OwnedObject.settle(refused, _answer -> memory.get(KEY), TestOwnedObject::isOurs, policy(3)))
                .isInstanceOf(ObjectStoreAccessException.class);
        assertThat(pauses).isEmpty();
    }

    @Test
    void testRefusalBehindALostAttemptDecidesNothing()
    {
        AtomicBoolean sent = new AtomicBoolean();
        OwnedObject.Attempt lostThenRefused = () -> {
            if (sent.compareAndSet(false, true)) {
                return PutOutcome.UNKNOWN;
            }
            throw new ObjectStoreAccessException("no permission");
        };
        Settled<StoredObject> settled = OwnedObject.settle(lostThenRefused, _answer -> memory.get(KEY), TestOwnedObject::isOurs, policy(3));
        assertThat(settled.outcome()).isEqualTo(UNKNOWN);
        assertThat(settled.failure().orElseThrow()).isInstanceOf(ObjectStoreAccessException.class);
        assertThat(pauses).hasSize(2);
    }

    @Test
    void testUnreadableObjectIsPassedOn()
    {
        OwnedObject.ReadBack<StoredObject> corrupt = _answer -> {
            throw new IllegalArgumentException("corrupt");
        };
        assertThatThrownBy(() -> OwnedObject.settle(() -> PutOutcome.UNKNOWN, corrupt, TestOwnedObject::isOurs, policy(3))).hasMessage("corrupt");
    }

    @Test
    void testReadBackMaySkipWhatItNeedNotKnow()
    {
        List<PutOutcome> asked = new ArrayList<>();
        List<PutOutcome> answers = new ArrayList<>(List.of(PutOutcome.UNKNOWN, PutOutcome.PRECONDITION_FAILED));
        Settled<String> settled = OwnedObject.settle(
                () -> answers.remove(0),
                answer -> {
                    asked.add(answer);
                    return answer == PutOutcome.UNKNOWN ? Optional.empty() : Optional.of("any object of this name is as good");
                },
                _stored -> true,
                policy(3));
        assertThat(settled.outcome()).isEqualTo(OURS);
        assertThat(asked).containsExactly(PutOutcome.UNKNOWN, PutOutcome.PRECONDITION_FAILED);
    }

    @Test
    void testInterruptionIsUnknown()
    {
        Sleeper interrupted = _duration -> {
            throw new InterruptedException("stop");
        };
        RetryPolicy policy = RetryPolicy.of(new RetryPolicy.Waiting(nanos::get, interrupted, () -> 0));
        Settled<StoredObject> settled = settle(new ScriptedStore(List.of(step(Put.LOST_AND_LATE, Read.ANSWERED))), policy);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(settled.outcome()).isEqualTo(UNKNOWN);
        assertThat(settled.failure().orElseThrow()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void testPausesDoubleAndStayBetweenHalfAndAll()
    {
        settle(new FaultInjectingObjectStore(memory, 1, FaultPlan.outage()), policy(6).withPauses(Duration.ofMillis(100), Duration.ofMillis(400)));
        assertThat(pauses).containsExactly(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofMillis(200));

        pauses.clear();
        RetryPolicy.Waiting longest = new RetryPolicy.Waiting(nanos::get, pauses::add, () -> -1);
        settle(new FaultInjectingObjectStore(memory, 1, FaultPlan.outage()), new RetryPolicy(2, Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMillis(400), () -> false, longest));
        assertThat(pauses).singleElement().satisfies(pause -> assertThat(pause).isBetween(Duration.ofMillis(99), Duration.ofMillis(100)));
    }

    @Test
    void testGoesOnUntilGivenUp()
    {
        Settled<StoredObject> settled = settle(new FaultInjectingObjectStore(memory, 1, FaultPlan.outage()), policy(2).until(() -> pauses.size() == 500));
        assertThat(settled.outcome()).isEqualTo(UNKNOWN);
        assertThat(pauses).hasSize(500);
    }

    /**
     * Every answer of the store in every order, with another writer at every moment. A model that knows only "the first
     * write that takes effect wins" says what is right.
     */
    @Test
    void testEveryAnswerInEveryOrder()
    {
        List<Step> steps = new ArrayList<>();
        for (boolean foreignFirst : List.of(false, true)) {
            for (Put put : Put.values()) {
                for (Read read : Read.values()) {
                    steps.add(new Step(foreignFirst, put, read));
                }
            }
        }
        Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
        for (Step first : steps) {
            for (Step second : steps) {
                for (Step third : steps) {
                    List<Step> script = List.of(first, second, third);
                    memory.delete(List.of(KEY));
                    ScriptedStore store = new ScriptedStore(script);
                    Settled<StoredObject> settled = settle(store, policy(script.size()));
                    boolean lateAtTheEnd = store.late;
                    Optional<String> atTheEnd = memory.get(KEY).map(object -> new String(object.content(), UTF_8));
                    store.land();
                    store.foreignWrite();
                    String finallyStored = new String(memory.get(KEY).orElseThrow().content(), UTF_8);
                    switch (settled.outcome()) {
                        case OURS -> assertThat(finallyStored).as("%s", script).isEqualTo("ours");
                        case FOREIGN -> assertThat(finallyStored).as("%s", script).isEqualTo("foreign");
                        case UNKNOWN -> {
                            assertThat(store.attempts).as("%s", script).isEqualTo(script.size());
                            Step last = script.get(script.size() - 1);
                            assertThat(last.read == Read.FAILED || (atTheEnd.isEmpty() && (lateAtTheEnd || last.put == Put.LOST_AND_NOT_WRITTEN))).as("%s", script).isTrue();
                        }
                    }
                    settled.stored().ifPresent(stored -> assertThat(new String(stored.content(), UTF_8)).isEqualTo(finallyStored));
                    seen.merge(settled.outcome(), 1, Integer::sum);
                }
            }
        }
        System.out.println("settled: " + seen);
        assertThat(seen).containsKeys(OURS, FOREIGN, UNKNOWN);
    }

    /**
     * Many writers of the same keys over a store with every fault: one is told that the object is its own, all others
     * that it is foreign, and all agree on whose.
     */
    @Test
    void testSeededFaults()
            throws Exception
    {
        int writers = 4;
        int keys = 20;
        long seed = Seeds.next("TestOwnedObject");
        SplittableRandom jitter = new SplittableRandom(seed);
        FaultPlan plan = FaultPlan.standard().withRate(0.4).withWaits(Duration.ZERO, Duration.ZERO);
        FaultInjectingObjectStore store = new FaultInjectingObjectStore(memory, seed, plan, _duration -> {});
        RetryPolicy policy = RetryPolicy.of(new RetryPolicy.Waiting(() -> 0, _duration -> Thread.yield(), () -> {
            synchronized (jitter) {
                return jitter.nextLong();
            }
        }));
        ExecutorService executor = Executors.newFixedThreadPool(writers);
        try {
            for (int number = 0; number < keys; number++) {
                ObjectKey key = new ObjectKey("log/" + number);
                List<Future<Settled<StoredObject>>> requests = new ArrayList<>();
                for (int writer = 0; writer < writers; writer++) {
                    byte[] content = ("writer " + writer).getBytes(UTF_8);
                    requests.add(executor.submit(() -> OwnedObject.settle(store, key, content, stored -> Arrays.equals(stored.content(), content), policy)));
                }
                List<Outcome> outcomes = new ArrayList<>();
                for (Future<Settled<StoredObject>> request : requests) {
                    outcomes.add(request.get().outcome());
                }
                store.settle();
                int stored = new String(memory.get(key).orElseThrow().content(), UTF_8).charAt("writer ".length()) - '0';
                assertThat(outcomes).as("%s", key).doesNotContain(UNKNOWN);
                assertThat(Collections.frequency(outcomes, OURS)).as("%s", key).isEqualTo(1);
                assertThat(outcomes.get(stored)).as("%s", key).isEqualTo(OURS);
            }
        }
        finally {
            executor.shutdownNow();
        }
        assertThat(store.injectedFaults()).extracting(fault -> fault.fault()).contains(StoreFault.LOST_ACKNOWLEDGEMENT, StoreFault.LATE_EFFECT, StoreFault.REPEAT);
    }
}
