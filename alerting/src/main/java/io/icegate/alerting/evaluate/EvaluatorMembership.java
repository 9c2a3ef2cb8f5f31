package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import net.openhft.hashing.LongHashFunction;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Shares groups among evaluators. Each writes {@code _alerts/v1/evaluators/<uuid>.alive} every {@link #BEAT} and lists the others; the owner of a group is the one
 * with the highest hash of both among those that were alive at the last listing and do not leave that group alone. That one is by the store's clock.
 *
 * <p>This saves work and decides nothing. Two evaluators may believe that they own a group, or none may for a while; the log takes one record for each tick all the
 * same.
 *
 * <p>Safe for use by many threads.
 */
public final class EvaluatorMembership
        implements Closeable
{
    /**
     * How often {@link #beat} is to be called.
     */
    public static final Duration BEAT = Duration.ofSeconds(5);
    /**
     * An evaluator that has not beaten for so long owns nothing. Others see it at their next beat, by a listing whose time may be rounded by a second, and evaluate
     * within 25 s in all.
     */
    public static final Duration ALIVE = Duration.ofSeconds(18);
    /**
     * What an evaluator left behind is deleted after this.
     */
    public static final Duration STALE = Duration.ofHours(1);
    /**
     * Evaluators that are known at most: a page of a listing.
     */
    public static final int EVALUATORS_MAX = ObjectStore.LIST_COUNT_MAX;

    static final ObjectKey FOLDER = new ObjectKey("_alerts/v1/evaluators");

    private static final String SUFFIX = ".alive";

    private final ObjectStore store;
    private final UUID self;
    private final LongSupplier nanoTime;
    private volatile View view;
    private volatile Set<GroupName> leftAlone = Set.of();
    private boolean closed;

    /**
     * @param evaluators that are alive, and the groups that each leaves alone
     * @param nanos before they were listed
     */
    private record View(Map<UUID, Set<GroupName>> evaluators, long nanos) {}

    /**
     * @param self id of this evaluator, made for this process
     * @param nanoTime monotonic clock, by which the last listing ages
     */
    public EvaluatorMembership(ObjectStore store, UUID self, LongSupplier nanoTime)
    {
        this.store = requireNonNull(store, "store is null");
        this.self = requireNonNull(self, "self is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.view = new View(Map.of(), nanoTime.getAsLong());
    }

    /**
     * Sets the groups that this evaluator does not evaluate, because it cannot read what newer ones wrote. From now on it owns none of them; others know it after
     * its next beat and theirs.
     */
    public void leaveAlone(Set<GroupName> groups)
    {
        leftAlone = Set.copyOf(groups);
    }

    /**
     * Says that this evaluator is alive, and looks who else is. It deletes what others left behind.
     *
     * @throws IOException when the store did not answer; what was known stays for {@link #ALIVE}
     */
    public synchronized void beat()
            throws IOException
    {
        if (closed) {
            return; // or the entry would stand again
        }
        long nanos = nanoTime.getAsLong();
        store.put(key(self), new SignOfLife(leftAlone).toBytes());
        ListPage page = store.list(FOLDER, Optional.empty(), EVALUATORS_MAX);
        // where the store does not tell its time, the newest entry does: this evaluator has just written its own
        Instant now = page.storeTime().orElseGet(() -> page.objects().stream().map(ObjectHead::lastModified).max(Comparator.naturalOrder()).orElse(Instant.EPOCH));
        Map<UUID, Set<GroupName>> alive = new HashMap<>();
        List<ObjectKey> stale = new ArrayList<>();
        alive.put(self, Set.of());
        for (ObjectHead object : page.objects()) {
            Optional<UUID> evaluator = evaluator(object.key());
            Duration age = Duration.between(object.lastModified(), now);
            if (evaluator.isPresent() && age.compareTo(ALIVE) < 0) {
                alive.put(evaluator.orElseThrow(), leftAlone(object));
            }
            else if (evaluator.isPresent() && age.compareTo(STALE) > 0 && !evaluator.orElseThrow().equals(self)) {
                stale.add(object.key());
            }
        }
        view = new View(Map.copyOf(alive), nanos);
        if (!stale.isEmpty()) {
            store.delete(stale);
        }
    }

    /**
     * Returns whether a group is this evaluator's, as far as it knows. It owns nothing while its last listing is older than {@link #ALIVE}, because others have
     * taken over by then.
     */
    public boolean owns(GroupName group)
    {
        return known().entrySet().stream()
                .filter(evaluator -> !(evaluator.getKey().equals(self) ? leftAlone : evaluator.getValue()).contains(group))
                .map(Map.Entry::getKey)
                .max(Comparator.<UUID>comparingLong(evaluator -> rank(group, evaluator)).thenComparing(Comparator.naturalOrder()))
                .filter(self::equals)
                .isPresent();
    }

    /**
     * Returns the evaluators that are alive; none when that is not known.
     */
    public Set<UUID> alive()
    {
        return known().keySet();
    }

    private Map<UUID, Set<GroupName>> known()
    {
        View current = view;
        return nanoTime.getAsLong() - current.nanos() < ALIVE.toNanos() ? current.evaluators() : Map.of();
    }

    /**
     * What another evaluator leaves alone: a request where it has something to say.
     */
    private Set<GroupName> leftAlone(ObjectHead object)
            throws IOException
    {
        if (object.size() == 0 || object.key().equals(key(self))) {
            return Set.of();
        }
        return store.get(object.key()).map(stored -> SignOfLife.fromBytes(stored.content()).leftAlone()).orElse(Set.of());
    }

    /**
     * Leaves, so that others take over at once and not after {@link #ALIVE}.
     */
    @Override
    public synchronized void close()
            throws IOException
    {
        if (!closed) {
            closed = true;
            view = new View(Map.of(), nanoTime.getAsLong());
            store.delete(List.of(key(self)));
        }
    }

    private static long rank(GroupName group, UUID evaluator)
    {
        // names of groups hold no slash after the last one, so two pairs never make one text
        return LongHashFunction.xx3().hashBytes((group + "/" + evaluator).getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectKey key(UUID evaluator)
    {
        return FOLDER.child(evaluator + SUFFIX);
    }

    private static Optional<UUID> evaluator(ObjectKey key)
    {
        String name = key.name();
        if (!name.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        try {
            UUID evaluator = UUID.fromString(name.substring(0, name.length() - SUFFIX.length()));
            return key.equals(key(evaluator)) ? Optional.of(evaluator) : Optional.empty();
        }
        catch (IllegalArgumentException e) {
            return Optional.empty(); // not ours
        }
    }
}
