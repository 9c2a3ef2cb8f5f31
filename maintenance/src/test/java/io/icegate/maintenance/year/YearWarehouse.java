package io.icegate.maintenance.year;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.TestingCatalogs;
import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.guard.CommitGuard;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.commit.WalCommitGuard;
import io.icegate.wal.engine.EngineWal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;

/**
 * The store of the model, and what every process takes from outside.
 */
final class YearWarehouse
{
    /**
     * As many footers as a day brings and some more. So caches are full after days, as those of a real deployment are after
     * an hour, and whatever grows then is none of them.
     */
    private static final EngineWal.Limits LIMITS = EngineWal.Limits.DEFAULT.withFootersMax(64);
    private static final String ROOT = "memory:year";

    final YearClock clock = new YearClock();
    final Random random;
    final MemoryObjectStore memory = new MemoryObjectStore(clock);
    final RequestLedger requests;
    /**
     * As the processes of the model see it.
     */
    final Warehouse warehouse;
    /**
     * Neither counted nor failing.
     */
    final Warehouse truth = new Warehouse(ROOT, memory);
    final EngineWal.Limits limits;
    private final boolean indexes;

    /**
     * @param failures share of the requests that fail
     * @param indexes false when what is committed is forgotten
     */
    YearWarehouse(long seed, double failures, boolean indexes)
    {
        this(seed, failures, indexes, LIMITS);
    }

    /**
     * @param limits of each process
     */
    YearWarehouse(long seed, double failures, boolean indexes, EngineWal.Limits limits)
    {
        this.limits = limits;
        this.indexes = indexes;
        random = new Random(seed);
        requests = new RequestLedger(memory, seed, failures);
        warehouse = new Warehouse(ROOT, requests);
    }

    InstantSource skewed(Duration[] skew)
    {
        return () -> clock.instant().plus(skew[0]);
    }

    WalEnvironment environment(InstantSource wall, Executor executor)
    {
        return new WalEnvironment(executor, wall, clock::nanoTime, clock.sleeper(), random);
    }

    ObjectStoreCatalog catalog(Warehouse seen, InstantSource wall)
    {
        CatalogEnvironment environment = new CatalogEnvironment(wall, clock::nanoTime, clock.sleeper(), random, CatalogEnvironment.Threads.daemons());
        List<CommitGuard> guards = new ArrayList<>(List.of(new WalCommitGuard(), new DatedGuard(clock)));
        if (!indexes) {
            guards.add(0, new ForgetfulGuard());
        }
        return TestingCatalogs.open(seen, environment, guards);
    }
}
