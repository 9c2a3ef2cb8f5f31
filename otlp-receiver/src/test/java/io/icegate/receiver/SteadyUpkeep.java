package io.icegate.receiver;

import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.objectstore.Warehouse;
import io.icegate.warehouse.Warehouses;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Keeps the tables of a warehouse in order without a pause, as a process beside the receivers does from time to time. Its clock is
 * ahead by as much as small files must be old to be merged, so that each file is merged as soon as it is committed. What fails is tried
 * again by the next round.
 */
final class SteadyUpkeep
        implements AutoCloseable
{
    private static final Duration AHEAD = Duration.ofMinutes(11);
    private static final long PAUSE_MILLIS = 100;

    private final String location;
    private final Map<String, String> store;
    private final Path scratch;
    private final Random random;
    private final Queue<UpkeepAction> actions = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "upkeep");
    private volatile boolean running = true;

    private SteadyUpkeep(String location, Map<String, String> store, Path scratch, long seed)
    {
        this.location = location;
        this.store = store;
        this.scratch = scratch;
        this.random = new Random(seed);
    }

    /**
     * @param scratch an existing folder
     */
    static SteadyUpkeep start(String location, Map<String, String> store, Path scratch, long seed)
    {
        SteadyUpkeep upkeep = new SteadyUpkeep(location, store, scratch, seed);
        upkeep.thread.start();
        return upkeep;
    }

    private void run()
    {
        Warehouse warehouse = Warehouses.open(location, store);
        while (running) {
            try (Maintenance maintenance = Maintenance.open(StoredLogs.catalog(warehouse), warehouse, scratch, random, () -> Instant.now().plus(AHEAD), actions::add)) {
                while (running) {
                    maintenance.round(() -> running);
                    MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
            catch (InterruptedException e) {
                return;
            }
            catch (RuntimeException e) {
                // the store did not answer; the next one tries again
            }
        }
    }

    /**
     * How many merges are in the tables.
     */
    long merges()
    {
        return actions.stream().filter(action -> action.kind().equals("merge") && action.result().startsWith("COMMITTED")).count();
    }

    /**
     * Returns when the running action has ended.
     */
    @Override
    public void close()
            throws InterruptedException
    {
        running = false;
        thread.join();
    }
}
