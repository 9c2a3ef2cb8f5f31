package io.icegate.objectstore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races over put-if-absent that a store must survive, written so that they settle doubt by reading: they hold for a store
 * with faults too.
 */
public final class ObjectStoreRaces
{
    private static final int ATTEMPTS_MAX = 10_000;
    private static final long SECONDS_MAX = 120;

    private ObjectStoreRaces() {}

    /**
     * A counter as a log of slots: each worker adds one to the newest value in the next slot. The sum must be exact, no
     * slot may be missing and no acknowledged addition may be missing or doubled.
     *
     * @param stores one per process that is played
     */
    public static void assertIncrementsSumUp(List<ObjectStore> stores, ObjectKey folder, int workers, int increments)
            throws Exception
    {
        List<Callable<List<String>>> tasks = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            int number = worker;
            ObjectStore store = stores.get(worker % stores.size());
            tasks.add(() -> {
                List<String> acknowledged = new ArrayList<>();
                long slot = 0;
                for (int i = 0; i < increments; i++) {
                    String id = "%s-%s".formatted(number, i);
                    slot = increment(store, folder, slot, id);
                    acknowledged.add(slot + " " + id);
                }
                return acknowledged;
            });
        }
        Set<String> acknowledged = new HashSet<>();
        for (List<String> each : together(tasks)) {
            acknowledged.addAll(each);
        }
        assertThat(acknowledged).hasSize(workers * increments);

        Set<String> stored = new HashSet<>();
        for (long slot = 1; slot <= (long) workers * increments; slot++) {
            String[] content = text(require(stores.get(0), folder, slot)).split(" ", -1);
            assertThat(content[0]).as("value in slot %s", slot).isEqualTo(Long.toString(slot));
            stored.add(slot + " " + content[1]);
        }
        assertThat(stored).isEqualTo(acknowledged);
        assertThat(retry(() -> stores.get(0).get(slotKey(folder, (long) workers * increments + 1)))).isEmpty();
    }

    /**
     * All callers write one key at the same moment, again and again: exactly one of them created the object.
     */
    public static void assertOneWinner(List<ObjectStore> stores, ObjectKey folder, int callers, int rounds)
            throws Exception
    {
        for (int round = 0; round < rounds; round++) {
            ObjectKey key = slotKey(folder, round);
            CyclicBarrier barrier = new CyclicBarrier(callers);
            List<Callable<PutOutcome>> tasks = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                byte[] content = "caller-%s".formatted(caller).getBytes(StandardCharsets.UTF_8);
                ObjectStore store = stores.get(caller % stores.size());
                tasks.add(() -> {
                    barrier.await(SECONDS_MAX, TimeUnit.SECONDS);
                    return store.putIfAbsent(key, content);
                });
            }
            List<PutOutcome> outcomes = together(tasks);
            assertThat(Collections.frequency(outcomes, PutOutcome.WRITTEN)).as("winners of %s among %s", key, outcomes).isOne();
            assertThat(Collections.frequency(outcomes, PutOutcome.PRECONDITION_FAILED)).as("losers of %s among %s", key, outcomes).isEqualTo(callers - 1);
            assertThat(text(require(stores.get(0), folder, round))).isEqualTo("caller-%s".formatted(outcomes.indexOf(PutOutcome.WRITTEN)));
        }
    }

    /**
     * Runs all tasks at once and gives their results in order.
     */
    public static <T> List<T> together(List<Callable<T>> tasks)
            throws Exception
    {
        ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
        try {
            List<Future<T>> futures = tasks.stream().map(executor::submit).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(SECONDS_MAX, TimeUnit.SECONDS));
            }
            return results;
        }
        catch (TimeoutException e) {
            throw new AssertionError("Cannot finish the race within %s seconds".formatted(SECONDS_MAX), e);
        }
        finally {
            executor.shutdownNow();
        }
    }

    private static long increment(ObjectStore store, ObjectKey folder, long knownSlot, String id)
            throws IOException
    {
        long next = knownSlot + 1;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            long value = next == 1 ? 0 : Long.parseLong(text(require(store, folder, next - 1)).split(" ", -1)[0]);
            byte[] content = "%s %s".formatted(value + 1, id).getBytes(StandardCharsets.UTF_8);
            PutOutcome outcome = store.putIfAbsent(slotKey(folder, next), content);
            if (outcome == PutOutcome.WRITTEN) {
                return next;
            }
            long slot = next;
            Optional<StoredObject> found = retry(() -> store.get(slotKey(folder, slot)));
            if (found.isPresent()) {
                if (text(found.orElseThrow()).split(" ", -1)[1].equals(id)) {
                    return next;
                }
                next++;
            }
            else {
                assertThat(outcome).as("absent after an answer that says it is taken").isEqualTo(PutOutcome.UNKNOWN);
            }
        }
        throw new AssertionError("Cannot add %s: no slot after %s attempts".formatted(id, ATTEMPTS_MAX));
    }

    private static StoredObject require(ObjectStore store, ObjectKey folder, long slot)
            throws IOException
    {
        return retry(() -> store.get(slotKey(folder, slot)))
                .orElseThrow(() -> new AssertionError("slot %s is missing".formatted(slot)));
    }

    private static ObjectKey slotKey(ObjectKey folder, long slot)
    {
        return folder.child("%020d.json".formatted(slot));
    }

    private static String text(StoredObject object)
    {
        return new String(object.content(), StandardCharsets.UTF_8);
    }

    private interface Read<T>
    {
        T run()
                throws IOException;
    }

    private static <T> T retry(Read<T> read)
            throws IOException
    {
        IOException last = new IOException("not tried");
        for (int attempt = 0; attempt < 50; attempt++) {
            try {
                return read.run();
            }
            catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }
}
