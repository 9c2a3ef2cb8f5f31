package io.icegate.wal.lease;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Lets one of many processes do a work, so that ten receivers make the commits of one. It saves work and decides nothing: two
 * that hold it at once, by a race or by their clocks, are told apart by the work itself. While the store does
 * not answer everybody holds it. Used by one thread.
 */
public final class WorkLease
{
    private static final Logger log = LoggerFactory.getLogger(WorkLease.class);

    private final ObjectStore store;
    private final ObjectKey key;
    private final String holder;
    private final Duration time;
    private final InstantSource clock;
    private boolean held;

    /**
     * @param key one per work
     * @param holder of this process, unlike all others
     * @param time after which the lease of a process that died is free
     */
    public WorkLease(ObjectStore store, ObjectKey key, String holder, Duration time, InstantSource clock)
    {
        this.store = requireNonNull(store, "store is null");
        this.key = requireNonNull(key, "key is null");
        this.holder = requireNonNull(holder, "holder is null");
        this.time = requireNonNull(time, "time is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Takes or renews the lease. False when another process holds it.
     */
    public boolean tryHold()
    {
        try {
            Optional<StoredHold> stored = store.get(key).flatMap(StoredHold::parse);
            Instant now = clock.instant();
            boolean ours = stored.map(lease -> lease.holder().equals(holder)).orElse(false);
            held = ours || stored.map(lease -> !lease.bindsAt(now, time)).orElse(true);
            if (held && (!ours || stored.orElseThrow().until().isBefore(now.plus(time.dividedBy(2))))) {
                store.put(key, new StoredHold(holder, Optional.empty(), now.plus(time)).toJson());
            }
            return held;
        }
        catch (IOException e) {
            log.debug("Cannot use the lease {}", key, e);
            return true;
        }
    }

    /**
     * Gives the lease to others, if this process holds it.
     */
    public void release()
    {
        if (!held) {
            return;
        }
        held = false;
        try {
            store.delete(List.of(key));
        }
        catch (IOException e) {
            log.debug("Cannot release the lease {}, it ends by itself", key, e);
        }
    }
}
