package io.icegate.wal.registry;

import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.Retries;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;
import io.icegate.wal.WalException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.WriterId;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import static io.icegate.wal.WalException.Kind.UNAVAILABLE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

/**
 * Numbers the starts of writers, {@code 1, 2, …} without gaps, each by put-if-absent after the entry in the registry and before
 * the first segment. Whoever listed the registry after it saw a number asks for the next one: while that is not there, no writer
 * has come.
 *
 * <p>The newest number stays for ever. One before it goes when its successor is an hour old, so a writer that hangs between looking
 * for the next number and taking it may take one that was there before. It looks again when that took long.
 */
public final class WriterStarts
{
    /**
     * How long the successor of a number was there when the number goes.
     */
    public static final Duration SUCCEEDED_MIN = Duration.ofHours(1);
    /**
     * A number that took longer to take may be an old one. Far below {@link #SUCCEEDED_MIN}.
     */
    private static final Duration TAKING_MAX = Duration.ofMinutes(5);
    private static final int ATTEMPTS_MAX = 10;
    /**
     * Writers that start at once, each of which takes a number from the others.
     */
    private static final int RIVALS_MAX = 10_000;

    private final ObjectStore store;

    public WriterStarts(ObjectStore store)
    {
        this.store = requireNonNull(store, "store is null");
    }

    /**
     * Takes a number; on return it is durable, and everything that the writer stored before is behind it.
     *
     * @throws WalException UNAVAILABLE when the store did not answer
     */
    void announce(WriterId writer, RetryPolicy.Waiting waiting)
    {
        byte[] content = writer.toString().getBytes(US_ASCII);
        long looked = waiting.nanoTime().getAsLong();
        long number = newest(waiting) + 1;
        for (int attempt = 0; attempt < RIVALS_MAX; attempt++) {
            Settled<StoredObject> settled = OwnedObject.settle(store, WalLayout.start(number), content, stored -> Arrays.equals(stored.content(), content), RetryPolicy.of(waiting).withAttemptsMax(ATTEMPTS_MAX));
            switch (settled.outcome()) {
                case OURS -> {
                    if (waiting.nanoTime().getAsLong() - looked < TAKING_MAX.toNanos()) {
                        return;
                    }
                    looked = waiting.nanoTime().getAsLong();
                    number = newest(waiting) + 1;
                }
                case FOREIGN -> number++;
                case UNKNOWN -> {
                    Exception failure = settled.failure().orElseThrow();
                    throw new WalException(UNAVAILABLE, "Cannot announce writer %s: %s".formatted(writer, failure.getMessage()), failure);
                }
            }
        }
        throw new WalException(UNAVAILABLE, "Cannot announce writer %s: %s others start at the same time".formatted(writer, RIVALS_MAX));
    }

    private long newest(RetryPolicy.Waiting waiting)
    {
        Retries retries = RetryPolicy.of(waiting).withAttemptsMax(ATTEMPTS_MAX).start();
        while (true) {
            IOException failure;
            try {
                return newest();
            }
            catch (IOException e) {
                failure = e;
            }
            try {
                if (!retries.again()) {
                    throw new WalException(UNAVAILABLE, "Cannot list starts of writers: " + failure.getMessage(), failure);
                }
            }
            catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WalException(UNAVAILABLE, "Cannot list starts of writers: interrupted", e);
            }
        }
    }

    /**
     * The highest number; 0 when there is none.
     */
    long newest()
            throws IOException
    {
        List<ObjectHead> all = list();
        return all.isEmpty() ? 0 : Long.parseLong(all.get(all.size() - 1).key().name());
    }

    /**
     * True when writers may have come since the number was the newest.
     */
    boolean hasAfter(long number)
            throws IOException
    {
        return store.head(WalLayout.start(number + 1)).isPresent();
    }

    /**
     * Deletes numbers that nobody asks for any more.
     *
     * @param now by the store's clock
     * @return how many there were
     */
    public int collect(Instant now)
            throws IOException
    {
        List<ObjectHead> all = list();
        Instant before = now.minus(SUCCEEDED_MIN);
        List<ObjectKey> old = new ArrayList<>();
        for (int i = 0; i + 1 < all.size() && all.get(i + 1).lastModified().isBefore(before); i++) {
            old.add(all.get(i).key());
        }
        if (!old.isEmpty()) {
            store.delete(old);
        }
        return old.size();
    }

    private List<ObjectHead> list()
            throws IOException
    {
        List<ObjectHead> found = new ArrayList<>();
        Optional<ObjectKey> last = Optional.empty();
        while (true) {
            ListPage page = store.list(WalLayout.STARTS, last, ObjectStore.LIST_COUNT_MAX);
            page.objects().stream().filter(object -> isNumber(object.key())).forEach(found::add);
            if (!page.truncated()) {
                return found;
            }
            last = Optional.of(page.objects().get(page.objects().size() - 1).key());
        }
    }

    private static boolean isNumber(ObjectKey key)
    {
        try {
            long number = Long.parseLong(key.name());
            return number > 0 && WalLayout.start(number).equals(key);
        }
        catch (NumberFormatException e) {
            return false; // somebody else's
        }
    }
}
