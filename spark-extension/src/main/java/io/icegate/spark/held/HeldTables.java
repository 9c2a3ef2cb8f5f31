package io.icegate.spark.held;

import io.icegate.objectstore.ObjectStore;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.lease.StatementHolds;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd;
import org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The tables whose files statements of this application replace or delete rows of. Maintenance, wherever it runs, leaves these files where
 * they are. Safe for use by many threads.
 *
 * <p>Spark loads the table of a statement before it begins to execute it, and tells a catalog nothing of its end. So a hold ends with the
 * first execution that started after it, which is its own, or with luck another one's: then the statement runs without.
 */
public final class HeldTables
{
    private final StatementHolds holds;
    private final Ends ends = new Ends();
    private final AtomicBoolean listening = new AtomicBoolean();

    public HeldTables(ObjectStore store, Executor executor)
    {
        holds = new StatementHolds(new StatementHold(store, InstantSource.system()), "%016x".formatted(new SecureRandom().nextLong()), executor);
    }

    /**
     * Until the end of the execution that is about to start.
     */
    public void holdForStatement(UUID table)
    {
        if (!listening.getAndSet(true)) {
            SparkSession.active().sparkContext().addSparkListener(ends);
        }
        ends.add(holds.begin(table));
    }

    /**
     * While the action runs.
     */
    public <T> T hold(UUID table, Supplier<T> action)
    {
        try (StatementHolds.Share share = holds.begin(table)) {
            return action.get();
        }
    }

    private static final class Ends
            extends SparkListener
    {
        private final List<StatementHolds.Share> waiting = new ArrayList<>();
        private final Map<Long, List<StatementHolds.Share>> running = new HashMap<>();

        synchronized void add(StatementHolds.Share share)
        {
            waiting.add(share);
        }

        /**
         * Events come one by one and late, never before what they tell of.
         */
        @Override
        public synchronized void onOtherEvent(SparkListenerEvent event)
        {
            if (event instanceof SparkListenerSQLExecutionStart start) {
                running.put(start.executionId(), List.copyOf(waiting));
                waiting.clear();
            }
            else if (event instanceof SparkListenerSQLExecutionEnd end) {
                List<StatementHolds.Share> ended = running.remove(end.executionId());
                if (ended != null) {
                    ended.forEach(StatementHolds.Share::close);
                }
            }
        }
    }
}
