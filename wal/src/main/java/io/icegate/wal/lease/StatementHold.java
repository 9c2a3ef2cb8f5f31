package io.icegate.wal.lease;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.WalLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Asks maintenance to leave the files of a table where they are while statements change rows of it: a statement that takes
 * minutes and finds its files merged when it commits has failed, and so will the next one. Like {@link WorkLease} it saves work and
 * decides nothing: what a merge and a statement both change is decided by their commits, and while the store does not
 * answer nothing is held. Safe for use by many threads.
 *
 * <p>One object for each table says since when and until when. Each process that changes rows puts its own name to it, in
 * the place of another's; who takes the name of another off that still works puts it back with {@link StatementHolds#RENEWAL}.
 */
public final class StatementHold
{
    /**
     * After which the hold of a process that died ends.
     */
    static final Duration TIME = Duration.ofSeconds(90);
    /**
     * After which statements that follow each other without a pause hold nothing any more: a table that is never merged gets slower
     * by the minute, for them too.
     */
    public static final Duration HELD_MAX = Duration.ofHours(1);

    private static final Logger log = LoggerFactory.getLogger(StatementHold.class);

    private final ObjectStore store;
    private final InstantSource clock;

    public StatementHold(ObjectStore store, InstantSource clock)
    {
        this.store = requireNonNull(store, "store is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Holds the table for {@link #TIME} from now.
     *
     * @param holder of this process, unlike all others
     */
    void extend(UUID table, String holder)
    {
        try {
            Instant now = clock.instant();
            Instant since = read(table).filter(stored -> stored.bindsAt(now, TIME)).flatMap(StoredHold::since).orElse(now);
            store.put(WalLayout.statements(table), new StoredHold(holder, Optional.of(since), now.plus(TIME)).toJson());
        }
        catch (IOException e) {
            log.debug("Cannot hold table {}, its statements may meet a merge", table, e);
        }
    }

    /**
     * Ends the hold, if its last name is that of this process.
     */
    void release(UUID table, String holder)
    {
        try {
            if (read(table).filter(stored -> stored.holder().equals(holder)).isPresent()) {
                store.delete(List.of(WalLayout.statements(table)));
            }
        }
        catch (IOException e) {
            log.debug("Cannot release table {}, it is free in {} s", table, TIME.toSeconds(), e);
        }
    }

    /**
     * Tells since when statements hold the table. One that was held for too long is free, and held anew by the next statement.
     * One GET.
     */
    public Optional<Instant> heldSince(UUID table)
    {
        try {
            Instant now = clock.instant();
            Optional<Instant> since = read(table).filter(stored -> stored.bindsAt(now, TIME)).flatMap(StoredHold::since);
            if (since.isPresent() && since.orElseThrow().plus(HELD_MAX).isBefore(now)) {
                store.delete(List.of(WalLayout.statements(table)));
                return Optional.empty();
            }
            return since;
        }
        catch (IOException e) {
            log.debug("Cannot ask whether table {} is held", table, e);
            return Optional.empty();
        }
    }

    private Optional<StoredHold> read(UUID table)
            throws IOException
    {
        ObjectKey key = WalLayout.statements(table);
        return store.get(key).flatMap(StoredHold::parse);
    }
}
