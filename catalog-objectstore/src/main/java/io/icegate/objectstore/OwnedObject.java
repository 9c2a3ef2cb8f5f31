package io.icegate.objectstore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Predicate;

import static java.util.Objects.requireNonNull;

/**
 * Creates an object that never changes, and finds out whose object stands on its key.
 *
 * <p>The protocol. An attempt is one conditional write:
 * <ol>
 * <li>{@code WRITTEN}: the object is ours. Done.
 * <li>{@code PRECONDITION_FAILED}: the key is taken, perhaps by an earlier attempt of ours whose answer was lost. Read back.
 * <li>{@code UNKNOWN}: the attempt has landed, will land, or never will. Read back.
 * </ol>
 * The object that is read back decides. If it is ours, an attempt landed. If it is foreign, no attempt of ours has created
 * the object, and none can any more. If the key is empty or cannot be read, nothing is decided: the same bytes go to the same
 * key again, after a pause, until the policy ends. That cannot write them twice, because the key takes one object only.
 *
 * <p>This is exact as long as objects on such keys never change and are deleted only when no writer is left that could put
 * them. The caller makes its bytes recognizable, by an id made for this object or by a name derived from the content.
 */
public final class OwnedObject
{
    private OwnedObject() {}

    /**
     * Whose object is on the key.
     */
    public enum Outcome
    {
        /**
         * Ours is stored.
         */
        OURS,
        /**
         * Another's is stored; ours is not and never will be.
         */
        FOREIGN,
        /**
         * The policy ended first: ours is stored, or will be, or not.
         */
        UNKNOWN,
    }

    /**
     * What settling found.
     *
     * @param stored what was read back; empty for an object of ours that the store acknowledged at once
     * @param failure why the outcome is unknown, else empty
     */
    public record Settled<T>(Outcome outcome, Optional<T> stored, Optional<Exception> failure)
    {
        public Settled
        {
            requireNonNull(outcome, "outcome is null");
            if (stored.isEmpty() && outcome == Outcome.FOREIGN) {
                throw new IllegalArgumentException("Cannot settle as foreign: nothing is stored");
            }
            if (failure.isPresent() != (outcome == Outcome.UNKNOWN)) {
                throw new IllegalArgumentException("Cannot settle as %s: failure is %s".formatted(outcome, failure));
            }
        }
    }

    /**
     * One conditional write of the same bytes to the same key.
     */
    @FunctionalInterface
    public interface Attempt
    {
        PutOutcome send()
                throws InterruptedException;
    }

    /**
     * Looks at the key; empty means that nothing is there, or not yet.
     */
    @FunctionalInterface
    public interface ReadBack<T>
    {
        /**
         * @param answer to the attempt: {@code PRECONDITION_FAILED} when something was there, else {@code UNKNOWN}
         */
        Optional<T> read(PutOutcome answer)
                throws IOException;
    }

    /**
     * Puts an object if its key is free, and reads the whole object back where that is in doubt.
     *
     * @param isOurs whether an object that stands there is the one that was to be put
     * @throws ObjectStoreAccessException when the store refused the first attempt: nothing is stored and nothing will be
     */
    public static Settled<StoredObject> settle(ObjectStore store, ObjectKey key, byte[] content, Predicate<StoredObject> isOurs, RetryPolicy policy)
    {
        return settle(() -> store.putIfAbsent(key, content), _answer -> store.get(key), isOurs, policy);
    }

    /**
     * As above, for callers that send, or read back, in a way of their own. An interruption ends it as unknown and leaves
     * the thread's flag set. An {@link IOException} of the read-back counts as no answer; other exceptions are passed on.
     *
     * @param isOurs whether what was read back is what was to be put
     * @throws ObjectStoreAccessException when the store refused the first attempt: nothing is stored and nothing will be
     */
    public static <T> Settled<T> settle(Attempt attempt, ReadBack<T> readBack, Predicate<T> isOurs, RetryPolicy policy)
    {
        Retries retries = policy.start();
        Exception failure = new IOException("the store gave no clear answer");
        boolean first = true;
        try {
            do {
                try {
                    PutOutcome answer = attempt.send();
                    first = false;
                    if (answer == PutOutcome.WRITTEN) {
                        return new Settled<>(Outcome.OURS, Optional.empty(), Optional.empty());
                    }
                    Optional<T> stored = readBack.read(answer);
                    if (stored.isPresent()) {
                        Outcome outcome = isOurs.test(stored.orElseThrow()) ? Outcome.OURS : Outcome.FOREIGN;
                        return new Settled<>(outcome, stored, Optional.empty());
                    }
                }
                catch (ObjectStoreAccessException e) {
                    if (first) {
                        throw e; // nothing of ours is on its way
                    }
                    failure = e;
                }
                catch (IOException | UncheckedIOException e) {
                    failure = e;
                }
            }
            while (retries.again());
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown(e);
        }
        return unknown(failure);
    }

    private static <T> Settled<T> unknown(Exception failure)
    {
        return new Settled<>(Outcome.UNKNOWN, Optional.empty(), Optional.of(failure));
    }
}
