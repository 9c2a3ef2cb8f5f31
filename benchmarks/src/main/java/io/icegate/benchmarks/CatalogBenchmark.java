package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.LatencyObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.standalone.console.CommandException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Commits per second to many tables at once, from one process or from several, each of them a catalog of its own.
 */
final class CatalogBenchmark
{
    private static final Duration GET = Duration.ofMillis(12);
    private static final Duration PUT = Duration.ofMillis(30);
    private static final Namespace NAMESPACE = Namespace.of("bench");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final String COUNTER = "commits";

    private record Run(double seconds, Latencies latencies) {}

    private final int commitsPerThread;
    private final int peerCommitsPerThread;

    CatalogBenchmark(int commitsPerThread, int peerCommitsPerThread)
    {
        this.commitsPerThread = commitsPerThread;
        this.peerCommitsPerThread = peerCommitsPerThread;
    }

    Report run()
            throws InterruptedException
    {
        Report report = new Report("catalog")
                .setting("injected_get_millis", GET.toMillis())
                .setting("injected_put_millis", PUT.toMillis())
                .setting("commits_per_thread", commitsPerThread)
                .setting("peer_commits_per_thread", peerCommitsPerThread)
                .setting("store", "in memory, all catalogs in this process; every thread commits to a table of its own")
                .peer("root-object: the same store latency and the same metadata file per commit, and one root object that is replaced by compare-and-swap;"
                        + " a model of that protocol in this benchmark, not another project's code");
        for (int[] shape : new int[][] {{1, 64}, {8, 8}}) {
            report.result(result("icegate", shape[0], shape[1], icegate(shape[0], shape[1])));
            report.result(result("root-object", shape[0], shape[1], rootObject(shape[0] * shape[1])));
        }
        return report;
    }

    private Map<String, Object> result(String catalog, int processes, int threads, Run run)
    {
        return Map.of(
                "catalog", catalog,
                "catalogs_x_threads", "%sx%s".formatted(processes, threads),
                "commits", run.latencies().nanos().length,
                "commits_per_second", run.latencies().nanos().length / run.seconds(),
                "commit_ms_p50", run.latencies().millis(50),
                "commit_ms_p99", run.latencies().millis(99));
    }

    private Run icegate(int catalogs, int threads)
            throws InterruptedException
    {
        ObjectStore memory = new MemoryObjectStore(InstantSource.system());
        String root = "memory:bench-%s-%s".formatted(catalogs, threads);
        createTables(new Warehouse(root, memory), catalogs * threads);

        List<ObjectStoreCatalog> opened = new ArrayList<>();
        List<Runnable> commits = new ArrayList<>();
        for (int catalog = 0; catalog < catalogs; catalog++) {
            ObjectStoreCatalog distant = open(new Warehouse(root, LatencyObjectStore.of(memory, GET, PUT)));
            opened.add(distant);
            for (int thread = 0; thread < threads; thread++) {
                Table table = distant.loadTable(table(catalog * threads + thread));
                commits.add(new TableCommits(table));
            }
        }
        Run run = measure(commits, commitsPerThread);
        opened.forEach(CatalogBenchmark::close);
        requireAllCommitted(new Warehouse(root, memory), catalogs * threads);
        return run;
    }

    private Run rootObject(int threads)
            throws InterruptedException
    {
        RootObjectCatalog catalog = new RootObjectCatalog(GET, PUT);
        List<Runnable> commits = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            String table = "t" + thread;
            commits.add(() -> catalog.commit(table));
        }
        Run run = measure(commits, peerCommitsPerThread);
        if (catalog.commits() != (long) threads * peerCommitsPerThread) {
            throw new CommandException("The benchmark is invalid: the peer lost commits");
        }
        return run;
    }

    private static Run measure(List<Runnable> commits, int commitsPerThread)
            throws InterruptedException
    {
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(commits.size())) {
            for (Runnable commit : commits) {
                running.add(executor.submit(() -> {
                    for (int index = 0; index < commitsPerThread; index++) {
                        long begin = System.nanoTime();
                        commit.run();
                        nanos.add(System.nanoTime() - begin);
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        }
        catch (ExecutionException e) {
            throw new CommandException("The benchmark is invalid: " + e.getCause(), e);
        }
        return new Run((System.nanoTime() - start) / 1e9, Latencies.of(nanos));
    }

    private static void createTables(Warehouse warehouse, int tables)
    {
        ObjectStoreCatalog catalog = open(warehouse);
        catalog.createNamespace(NAMESPACE);
        for (int table = 0; table < tables; table++) {
            catalog.createTable(table(table), SCHEMA);
        }
        close(catalog);
    }

    private void requireAllCommitted(Warehouse warehouse, int tables)
    {
        ObjectStoreCatalog catalog = open(warehouse);
        for (int table = 0; table < tables; table++) {
            String stored = catalog.loadTable(table(table)).properties().get(COUNTER);
            if (!Integer.toString(commitsPerThread).equals(stored)) {
                throw new CommandException("The benchmark is invalid: table %s holds %s of %s commits".formatted(table, stored, commitsPerThread));
            }
        }
        close(catalog);
    }

    private static ObjectStoreCatalog open(Warehouse warehouse)
    {
        return ObjectStoreCatalog.open("bench", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    }

    private static void close(ObjectStoreCatalog catalog)
    {
        try {
            catalog.close();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TableIdentifier table(int index)
    {
        return TableIdentifier.of(NAMESPACE, "t" + index);
    }

    /**
     * Every commit changes one property, which counts them.
     */
    private static final class TableCommits
            implements Runnable
    {
        private final Table table;
        private int commits;

        TableCommits(Table table)
        {
            this.table = table;
        }

        @Override
        public void run()
        {
            commits++;
            table.updateProperties().set(COUNTER, Integer.toString(commits)).commit();
        }
    }
}
