package io.icegate.receiver.commit;

import io.airlift.log.Logger;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

/**
 * The thread that looks after the tables of a receiver, one round after the other. A round that fails changes nothing and is
 * repeated: the segments stay where they are, and any other committer may be faster.
 */
public final class CommitLoop
{
    private static final Logger log = Logger.get(CommitLoop.class);
    /**
     * Longest time between two rounds, however seldom they commit: the right to acknowledge ends when the catalog was not asked
     * for a minute.
     */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

    private final List<TableSession> sessions;
    private final Duration interval;
    private final RoundSignal signal;
    private final CollectRounds collections;
    private volatile @Nullable Thread thread;

    /**
     * @param commitInterval between two commits
     * @param signal that the sessions use
     * @param warehouse that the sessions use
     */
    public CommitLoop(List<TableSession> sessions, Duration commitInterval, RoundSignal signal, OpenWarehouse warehouse)
    {
        this.collections = new CollectRounds(warehouse);
        this.sessions = List.copyOf(sessions);
        this.interval = commitInterval.compareTo(LOOK_INTERVAL) < 0 ? commitInterval : LOOK_INTERVAL;
        this.signal = requireNonNull(signal, "signal is null");
    }

    /**
     * Opens the tables that can be written to, and starts the loop. The others say why not and are looked at again soon.
     */
    public void start()
    {
        boolean succeeded = each(TableSession::follow);
        Thread started = Thread.ofVirtual().name("commit-loop").unstarted(() -> run(succeeded));
        thread = started;
        started.start();
    }

    /**
     * Closes the tables gracefully: what was accepted becomes durable, the writers are sealed.
     */
    public void stop()
            throws InterruptedException
    {
        signal.stop();
        for (TableSession session : sessions) {
            session.stop(DRAIN_TIMEOUT);
        }
        Thread running = thread;
        if (running != null) {
            running.join(DRAIN_TIMEOUT);
        }
        for (TableSession session : sessions) {
            session.stop(DRAIN_TIMEOUT); // a writer that a running round opened
        }
    }

    private void run(boolean firstSucceeded)
    {
        boolean succeeded = firstSucceeded;
        while (signal.await(succeeded || interval.compareTo(RETRY_INTERVAL) < 0 ? interval : RETRY_INTERVAL)) {
            succeeded = each(TableSession::round);
            collections.runIfDue(sessions.stream().flatMap(session -> session.committed().stream()).collect(toSet()));
        }
    }

    /**
     * True when all is well with all tables.
     */
    private boolean each(Predicate<TableSession> action)
    {
        boolean succeeded = true;
        for (TableSession session : sessions) {
            try {
                succeeded &= action.test(session);
            }
            catch (RuntimeException | Error e) {
                // without the loop nothing is committed, and a writer that ended is not replaced
                log.warn(e, "Cannot finish a round of table %s, it is repeated", session.name());
                succeeded = false;
            }
        }
        return succeeded;
    }
}
