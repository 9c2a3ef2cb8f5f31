package io.icegate.benchmarks;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.fault.LatencyObjectStore;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.hadoop.HadoopCatalog;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.types.Types;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * Commits per second to many tables at once, from one process or from several, each of them a catalog of its own.
 */
final class CatalogBenchmark
{
    private static final Duration GET = Duration.ofMillis(12);
    private static final Duration PUT = Duration.ofMillis(30);
    static final Namespace NAMESPACE = Namespace.of("bench");
    static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final String COUNTER = "commits";

    record Run(double seconds, Latencies latencies)
    {
        double commitsPerSecond()
        {
            return latencies.nanos().length / seconds;
        }
    }

    private final Installation installation;
    private final Path folder;
    private final int commitsPerThread;
    private final int peerCommitsPerThread;
    private final Duration warmUp;

    /**
     * @param folder for files of peers and of the server
     * @param warmUp commits of at least so long go ahead of those of a catalog in this process
     */
    CatalogBenchmark(Installation installation, Path folder, int commitsPerThread, int peerCommitsPerThread, Duration warmUp)
    {
        this.installation = requireNonNull(installation, "installation is null");
        this.folder = requireNonNull(folder, "folder is null");
        this.commitsPerThread = commitsPerThread;
        this.peerCommitsPerThread = peerCommitsPerThread;
        this.warmUp = requireNonNull(warmUp, "warmUp is null");
    }

    /**
     * @param progress is told each result at once: a run takes ten minutes
     */
    Report run(List<CatalogShape> shapes, List<Integer> restClients, Duration restWarmUp, Consumer<Object> progress)
            throws InterruptedException, IOException
    {
        Report report = new Report("catalog", progress)
                .setting("injected_get_millis", GET.toMillis())
                .setting("injected_put_millis", PUT.toMillis())
                .setting("commits_per_thread", commitsPerThread)
                .setting("peer_commits_per_thread", peerCommitsPerThread)
                .setting("warm_up_seconds", warmUp.toSeconds())
                .setting("rest_warm_up_seconds", restWarmUp.toSeconds())
                .setting("store", "in memory, all catalogs in this process; every thread commits to a table of its own; no commits go ahead of those of hadoop and root-object, which mostly wait")
                .setting("store_of_embedded_and_rest", "an S3 server in this process; the REST server is a process of its own, its clients are threads of one of Iceberg's RESTCatalog")
                .peer("jdbc: Iceberg's JdbcCatalog on H2 in this process, with the same metadata files in the same store and no latency of its database;"
                        + " hadoop: Iceberg's HadoopCatalog on the local disk, without any latency of a store;"
                        + " root-object: the same store latency and the same metadata file per commit, and one root object that is replaced by compare-and-swap;"
                        + " a model of that protocol in this benchmark, not another project's code");
        for (CatalogShape shape : new LinkedHashSet<>(shapes)) {
            report.result(result("icegate", shape, icegate(shape)));
            report.result(result("jdbc", shape, jdbc(shape)));
            report.result(result("hadoop", shape, hadoop(shape)));
            report.result(result("root-object", shape, rootObject(shape)));
        }
        for (int threads : restClients) {
            CatalogShape shape = new CatalogShape(1, threads);
            RestCommits.Runs runs = new RestCommits(installation, folder, GET, PUT, commitsPerThread, warmUp, restWarmUp).run(threads);
            report.result(result("embedded", shape, runs.embedded()));
            Map<String, Object> rest = new LinkedHashMap<>(result("rest", shape, runs.rest()));
            rest.put("server_cpu_ms_per_commit", runs.serverCpuMillis());
            rest.put("share_of_embedded", runs.rest().commitsPerSecond() / runs.embedded().commitsPerSecond());
            report.result(rest);
        }
        return report;
    }

    private Map<String, Object> result(String catalog, CatalogShape shape, Run run)
    {
        return Map.of(
                "catalog", catalog,
                "catalogs_x_threads", shape.toString(),
                "commits", run.latencies().nanos().length,
                "commits_per_second", run.commitsPerSecond(),
                "commit_ms_p50", run.latencies().millis(50),
                "commit_ms_p99", run.latencies().millis(99));
    }

    private Run icegate(CatalogShape shape)
            throws InterruptedException
    {
        return run("icegate", shape, commitsPerThread, warmUp, CatalogBenchmark::open);
    }

    private Run jdbc(CatalogShape shape)
            throws InterruptedException
    {
        String database = "jdbc:h2:mem:bench-%s;DB_CLOSE_DELAY=-1;DATABASE_TO_UPPER=FALSE".formatted(shape);
        return run("jdbc", shape, commitsPerThread, warmUp, warehouse -> {
            JdbcCatalog catalog = new JdbcCatalog(_ -> new ObjectStoreFileIO(warehouse), null, true);
            catalog.initialize("bench", Map.of(CatalogProperties.URI, database, CatalogProperties.WAREHOUSE_LOCATION, warehouse.root(), "jdbc.schema-version", "V1")); // without views it warns
            return catalog;
        });
    }

    private Run hadoop(CatalogShape shape)
            throws InterruptedException
    {
        String location = folder.resolve("hadoop-" + shape).toUri().toString();
        Configuration configuration = new Configuration();
        // the cache of file systems asks for the subject in a way that JDK 25 no longer has
        configuration.setBoolean("fs.file.impl.disable.cache", true);
        return run("hadoop", shape, peerCommitsPerThread, Duration.ZERO, _ -> new HadoopCatalog(configuration, location));
    }

    /**
     * @param count of commits of each thread
     * @param open a catalog as another process would, on a store near or far
     */
    private <C extends Catalog & SupportsNamespaces & Closeable> Run run(String name, CatalogShape shape, int count, Duration warmUp, Function<Warehouse, C> open)
            throws InterruptedException
    {
        ObjectStore memory = new MemoryObjectStore(InstantSource.system());
        Warehouse near = new Warehouse("memory:%s-%s".formatted(name, shape), memory);
        C preparing = open.apply(near);
        preparing.createNamespace(NAMESPACE);
        for (int table = 0; table < shape.all(); table++) {
            preparing.createTable(table(table), SCHEMA);
        }

        List<C> opened = new ArrayList<>();
        List<Runnable> commits = new ArrayList<>();
        for (int catalog = 0; catalog < shape.catalogs(); catalog++) {
            C distant = open.apply(new Warehouse(near.root(), LatencyObjectStore.of(memory, GET, PUT)));
            opened.add(distant);
            commits.addAll(commits(distant, catalog * shape.threads(), shape.threads()));
        }
        int rounds = warmUp(commits, count, warmUp);
        Run run = measure(commits, count);
        requireAllCommitted(preparing, 0, shape.all(), (rounds + 1) * count);
        opened.add(preparing);
        opened.forEach(CatalogBenchmark::close);
        return run;
    }

    /**
     * What each thread does, with its table loaded.
     */
    static List<Runnable> commits(Catalog catalog, int first, int tables)
            throws InterruptedException
    {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Runnable>> loading = new ArrayList<>();
            for (int table = first; table < first + tables; table++) {
                TableIdentifier identifier = table(table);
                loading.add(executor.submit(() -> new TableCommits(catalog.loadTable(identifier))));
            }
            List<Runnable> commits = new ArrayList<>();
            for (Future<Runnable> loaded : loading) {
                commits.add(loaded.get());
            }
            return commits;
        }
        catch (ExecutionException e) {
            throw new CommandException("The benchmark is invalid: " + e.getCause(), e);
        }
    }

    private Run rootObject(CatalogShape shape)
            throws InterruptedException
    {
        RootObjectCatalog catalog = new RootObjectCatalog(GET, PUT);
        List<Runnable> commits = new ArrayList<>();
        for (int thread = 0; thread < shape.all(); thread++) {
            String table = "t" + thread;
            commits.add(() -> catalog.commit(table));
        }
        Run run = measure(commits, peerCommitsPerThread);
        if (catalog.commits() != (long) shape.all() * peerCommitsPerThread) {
            throw new CommandException("The benchmark is invalid: the peer lost commits");
        }
        return run;
    }

    /**
     * Commits until that took some time, so that the code is compiled.
     *
     * @return how often each thread made as many commits as it is to make when it is measured
     */
    static int warmUp(List<Runnable> commits, int commitsPerThread, Duration time)
            throws InterruptedException
    {
        int rounds = 0;
        for (double seconds = 0; seconds < time.toSeconds(); rounds++) {
            seconds += measure(commits, commitsPerThread).seconds();
        }
        return rounds;
    }

    static Run measure(List<Runnable> commits, int commitsPerThread)
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

    static void requireAllCommitted(Catalog catalog, int first, int tables, int commitsPerThread)
    {
        for (int table = first; table < first + tables; table++) {
            String stored = catalog.loadTable(table(table)).properties().get(COUNTER);
            if (!Integer.toString(commitsPerThread).equals(stored)) {
                throw new CommandException("The benchmark is invalid: table %s holds %s of %s commits".formatted(table, stored, commitsPerThread));
            }
        }
    }

    private static ObjectStoreCatalog open(Warehouse warehouse)
    {
        return ObjectStoreCatalog.open("bench", warehouse, new ObjectStoreFileIO(warehouse), Map.of());
    }

    private static void close(Closeable catalog)
    {
        try {
            catalog.close();
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TableIdentifier table(int index)
    {
        return TableIdentifier.of(NAMESPACE, "t" + index);
    }

    /**
     * Every commit changes one property, which counts them.
     */
    static final class TableCommits
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
