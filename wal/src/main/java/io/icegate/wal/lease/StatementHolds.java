package io.icegate.wal.lease;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import static java.util.Objects.requireNonNull;

/**
 * The tables that statements of this process hold. A hold lasts as long as its last statement, and at most
 * {@link StatementHold#HELD_MAX} for one that nobody ends. Safe for use by many threads.
 */
public final class StatementHolds
        implements AutoCloseable
{
    /**
     * Between two extensions of a hold.
     */
    static final Duration RENEWAL = Duration.ofSeconds(30);

    private static final long RENEWALS_MAX = StatementHold.HELD_MAX.dividedBy(RENEWAL);

    private final StatementHold hold;
    private final String holder;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final Map<UUID, Tally> tables = new HashMap<>();

    /**
     * Statements of one table.
     */
    private static final class Tally
    {
        private int statements;
        private long renewals;
    }

    /**
     * A statement's share in the hold of a table.
     */
    public final class Share
            implements AutoCloseable
    {
        private final UUID table;
        private boolean closed;

        private Share(UUID table)
        {
            this.table = table;
        }

        /**
         * Does not wait for the store. Again does nothing.
         */
        @Override
        public void close()
        {
            synchronized (StatementHolds.this) {
                if (!closed) {
                    closed = true;
                    end(table);
                }
            }
        }
    }

    /**
     * @param holder of this process, unlike all others
     * @param executor makes the requests that no statement waits for
     */
    public StatementHolds(StatementHold hold, String holder, Executor executor)
    {
        this.hold = requireNonNull(hold, "hold is null");
        this.holder = requireNonNull(holder, "holder is null");
        this.executor = requireNonNull(executor, "executor is null");
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "icegate-statement-holds");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(() -> executor.execute(this::renew), RENEWAL.toSeconds(), RENEWAL.toSeconds(), TimeUnit.SECONDS);
        this.timer = scheduler;
    }

    /**
     * Holds a table before the statement looks at its files. A GET and a PUT, for which it waits.
     */
    public Share begin(UUID table)
    {
        synchronized (this) {
            Tally tally = tables.computeIfAbsent(table, _ignored -> new Tally());
            tally.statements++;
            tally.renewals = 0;
        }
        hold.extend(table, holder);
        return new Share(table);
    }

    private synchronized void end(UUID table)
    {
        Tally tally = tables.get(table);
        if (tally == null) {
            return;
        }
        tally.statements--;
        if (tally.statements == 0) {
            tables.remove(table);
            executor.execute(() -> release(table));
        }
    }

    private void release(UUID table)
    {
        synchronized (this) {
            if (tables.containsKey(table)) {
                return; // held again meanwhile
            }
        }
        hold.release(table, holder);
    }

    void renew()
    {
        Set<UUID> held;
        synchronized (this) {
            tables.values().removeIf(tally -> tally.renewals++ >= RENEWALS_MAX);
            held = Set.copyOf(tables.keySet());
        }
        held.forEach(table -> hold.extend(table, holder));
    }

    /**
     * Leaves the holds to end by themselves.
     */
    @Override
    public void close()
    {
        timer.shutdownNow();
    }
}
