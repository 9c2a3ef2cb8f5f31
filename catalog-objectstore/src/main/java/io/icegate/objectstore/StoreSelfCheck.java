package io.icegate.objectstore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Makes a store prove that put-if-absent and listings work before anything relies on them. Some servers ignore the
 * condition silently, some check and then write, some list in an order of their own. It finds the first and the last kind
 * always, the second very probably.
 *
 * <p>On fresh keys below {@link #FOLDER}: (1) write twice, the second must be refused, the content must be the first
 * and a listing must show it; (2) write three keys out of order, they must be listed in order, page by page, and without
 * the key that a listing starts after, nor may their folder be listed as a key; (3) eight at once, {@value #RACES} times, exactly one may be told that it wrote. The
 * keys are deleted afterwards. Where answers of {@link PutOutcome#UNKNOWN} leave doubt, that part is tried again, at most
 * {@value #ATTEMPTS_MAX} times.
 */
public final class StoreSelfCheck
{
    static final ObjectKey FOLDER = new ObjectKey("_selfcheck");
    private static final byte[] CONTENT = "listed".getBytes(StandardCharsets.UTF_8); // Azure's client in Trino writes no empty object
    private static final int CALLERS = 8;
    private static final int RACES = 4;
    private static final int ATTEMPTS_MAX = 5;
    private static final long SECONDS_MAX = 30;

    private final ObjectStore store;
    private final RandomGenerator random;
    private final List<ObjectKey> keys = new ArrayList<>();

    private StoreSelfCheck(ObjectStore store, RandomGenerator random)
    {
        this.store = requireNonNull(store, "store is null");
        this.random = requireNonNull(random, "random is null");
    }

    /**
     * Checks a store, with about fifty small writes.
     *
     * @throws IOException when the store does not answer
     * @throws IllegalStateException when the store breaks the contract
     * @throws ObjectStoreAccessException when it refuses to write
     */
    public static void verify(ObjectStore store)
            throws IOException
    {
        verify(store, new SecureRandom());
    }

    static void verify(ObjectStore store, RandomGenerator random)
            throws IOException
    {
        store.verifyKind();
        StoreSelfCheck check = new StoreSelfCheck(store, random);
        try {
            check.checkSecondWriteIsRefused();
            check.checkListingsAreInOrder();
            for (int race = 0; race < RACES; race++) {
                check.checkOneOfManyWins();
            }
        }
        finally {
            store.delete(check.keys);
        }
    }

    private void checkSecondWriteIsRefused()
            throws IOException
    {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            ObjectKey key = nextKey();
            byte[] content = "first".getBytes(StandardCharsets.UTF_8);
            PutOutcome first = store.putIfAbsent(key, content);
            PutOutcome second = first == PutOutcome.WRITTEN ? store.putIfAbsent(key, "other".getBytes(StandardCharsets.UTF_8)) : PutOutcome.UNKNOWN;
            if (first == PutOutcome.PRECONDITION_FAILED && store.get(key).isEmpty()) {
                throw broken("the first write of %s was refused as if the key were taken".formatted(key));
            }
            if (second == PutOutcome.UNKNOWN) {
                // also when the first was delivered twice on the way, and refused the second time
                continue;
            }
            if (second == PutOutcome.WRITTEN) {
                throw broken("the second write of %s was not refused, the store ignores the condition".formatted(key));
            }
            StoredObject stored = store.get(key).orElseThrow(() -> broken("%s was written and is absent".formatted(key)));
            if (!new String(stored.content(), StandardCharsets.UTF_8).equals("first")) {
                throw broken("the refused write of %s changed the object".formatted(key));
            }
            if (!isListed(key)) {
                throw broken("%s was written and no listing shows it".formatted(key));
            }
            return;
        }
        throw new IOException("Cannot check the store: it gave no clear answer in %s attempts".formatted(ATTEMPTS_MAX));
    }

    private void checkListingsAreInOrder()
            throws IOException
    {
        ObjectKey folder = nextKey();
        List<ObjectKey> sorted = List.of(folder.child("a"), folder.child("b"), folder.child("b-"), folder.child("c"));
        for (int number : new int[] {2, 0, 3, 1}) {
            ObjectKey key = sorted.get(number);
            keys.add(key);
            store.put(key, CONTENT);
        }
        checkPage(folder, Optional.empty(), ObjectStore.LIST_COUNT_MAX, sorted, false);
        checkPage(folder, Optional.of(sorted.get(1)), ObjectStore.LIST_COUNT_MAX, sorted.subList(2, 4), false);
        checkPage(folder, Optional.of(sorted.get(0)), 2, sorted.subList(1, 3), true);
        checkPage(folder, Optional.of(sorted.get(2)), 1, sorted.subList(3, 4), false);
        checkPage(folder, Optional.of(sorted.get(3)), 1, List.of(), false);
        if (isListed(folder)) {
            throw new IllegalStateException("Cannot use this store: it lists folders as objects: it showed %s, which nobody wrote. Accounts of Azure with a hierarchical namespace do that".formatted(folder));
        }
    }

    private boolean isListed(ObjectKey key)
            throws IOException
    {
        Optional<ObjectKey> justBefore = Optional.of(FOLDER.child(key.name().substring(0, key.name().length() - 1)));
        return store.list(FOLDER, justBefore, ObjectStore.LIST_COUNT_MAX).objects().stream().anyMatch(object -> object.key().equals(key));
    }

    private void checkPage(ObjectKey folder, Optional<ObjectKey> startAfter, int countMax, List<ObjectKey> expected, boolean truncated)
            throws IOException
    {
        ListPage page = store.list(folder, startAfter, countMax);
        List<ObjectKey> listed = page.objects().stream().map(ObjectHead::key).toList();
        if (!listed.equals(expected) || page.truncated() != truncated) {
            throw new IllegalStateException("Cannot use this store: its listings do not work: after %s, at most %s, it listed %s%s instead of %s%s".formatted(
                    startAfter, countMax, listed, page.truncated() ? " and more" : "", expected, truncated ? " and more" : ""));
        }
    }

    private void checkOneOfManyWins()
            throws IOException
    {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            ObjectKey key = nextKey();
            List<PutOutcome> outcomes = race(key);
            int winners = Collections.frequency(outcomes, PutOutcome.WRITTEN);
            if (winners > 1) {
                throw broken("%s of %s writers of %s were told that they created it".formatted(winners, CALLERS, key));
            }
            Optional<String> content = store.get(key).map(object -> new String(object.content(), StandardCharsets.UTF_8));
            if (content.isEmpty()) {
                if (winners == 0 && outcomes.contains(PutOutcome.UNKNOWN)) {
                    continue;
                }
                throw broken("%s writers of %s were answered %s and it is absent".formatted(CALLERS, key, outcomes));
            }
            PutOutcome creator = outcomes.get(Integer.parseInt(content.orElseThrow()));
            if (winners == 0 && creator == PutOutcome.PRECONDITION_FAILED) {
                // delivered twice on the way, and refused the second time
                continue;
            }
            if (winners == 1 && creator != PutOutcome.WRITTEN) {
                throw broken("%s holds the content of writer %s, but the writers were answered %s".formatted(key, content.orElseThrow(), outcomes));
            }
            return;
        }
        throw new IOException("Cannot check the store: it gave no clear answer in %s attempts".formatted(ATTEMPTS_MAX));
    }

    private List<PutOutcome> race(ObjectKey key)
            throws IOException
    {
        CyclicBarrier barrier = new CyclicBarrier(CALLERS);
        ExecutorService executor = Executors.newFixedThreadPool(CALLERS, StoreSelfCheck::daemon);
        try {
            List<Future<PutOutcome>> futures = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                byte[] content = Integer.toString(caller).getBytes(StandardCharsets.UTF_8);
                futures.add(executor.submit(() -> {
                    barrier.await(SECONDS_MAX, TimeUnit.SECONDS);
                    return store.putIfAbsent(key, content);
                }));
            }
            List<PutOutcome> outcomes = new ArrayList<>();
            for (Future<PutOutcome> future : futures) {
                outcomes.add(future.get(SECONDS_MAX, TimeUnit.SECONDS));
            }
            return outcomes;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot check the store: interrupted", e);
        }
        catch (TimeoutException e) {
            throw new IOException("Cannot check the store: no answer within %s seconds".formatted(SECONDS_MAX), e);
        }
        catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IOException("Cannot check the store: %s".formatted(e.getCause()), e);
        }
        finally {
            executor.shutdownNow();
        }
    }

    private static Thread daemon(Runnable task)
    {
        Thread thread = new Thread(task, "store-self-check");
        thread.setDaemon(true);
        return thread;
    }

    private ObjectKey nextKey()
    {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        ObjectKey key = FOLDER.child(HexFormat.of().formatHex(bytes));
        keys.add(key);
        return key;
    }

    private static IllegalStateException broken(String reason)
    {
        return new IllegalStateException("Cannot use this store: its put-if-absent does not work: " + reason);
    }
}
