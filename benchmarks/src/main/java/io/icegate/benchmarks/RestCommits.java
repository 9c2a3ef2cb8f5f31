package io.icegate.benchmarks;

import io.icegate.benchmarks.CatalogBenchmark.Run;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.process.CatalogProcess;
import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Program;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.rest.RESTCatalog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import static java.util.Objects.requireNonNull;

/**
 * The same commits by an embedded catalog and through a REST server in a process of its own, on one S3 server with latency. Others go
 * ahead of those that are measured for a while: a server runs for months, and this one has just been started.
 */
record RestCommits(Installation installation, Path folder, Duration get, Duration put, int commitsPerThread, Duration warmUp, Duration restWarmUp)
{
    private static final String BUCKET = "bench";
    private static final String WAREHOUSE = "s3://" + BUCKET;
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    /**
     * @param serverCpuMillis of each commit that was measured
     */
    record Runs(Run embedded, Run rest, double serverCpuMillis) {}

    RestCommits
    {
        requireNonNull(installation, "installation is null");
        requireNonNull(folder, "folder is null");
        requireNonNull(get, "get is null");
        requireNonNull(put, "put is null");
        requireNonNull(warmUp, "warmUp is null");
        requireNonNull(restWarmUp, "restWarmUp is null");
    }

    Runs run(int threads)
            throws InterruptedException, IOException
    {
        try (StrictS3Server server = StrictS3Server.start(); ObjectStoreCatalog embedded = new ObjectStoreCatalog()) {
            server.createBucket(BUCKET);
            Map<String, String> properties = new HashMap<>(server.properties());
            properties.put("warehouse", WAREHOUSE);
            embedded.initialize("embedded", properties);
            embedded.createNamespace(CatalogBenchmark.NAMESPACE);
            for (int table = 0; table < 2 * threads; table++) {
                embedded.createTable(CatalogBenchmark.table(table), CatalogBenchmark.SCHEMA);
            }
            Run alone = measure(server, embedded, embedded, 0, threads, warmUp, () -> {});
            return throughServer(server, embedded, threads, alone);
        }
    }

    private Runs throughServer(StrictS3Server server, ObjectStoreCatalog embedded, int threads, Run alone)
            throws InterruptedException, IOException
    {
        int port = Ports.free(1).get(0);
        Program program = CatalogProcess.program(installation, folder.resolve("rest-" + threads), port, CatalogProcess.configuration(WAREHOUSE, port, server.properties()));
        try (Http http = new Http(); ChildProcess process = program.process().get(); RESTCatalog client = new RESTCatalog()) {
            process.awaitReady(() -> program.ready().test(http), START_LIMIT);
            Map<String, String> properties = new HashMap<>(server.properties());
            properties.put("uri", "http://localhost:" + port);
            properties.put("warehouse", WAREHOUSE);
            properties.put("io-impl", ObjectStoreFileIO.class.getName());
            client.initialize("rest", properties);
            AtomicReference<ProcessUsage> before = new AtomicReference<>();
            Run rest = measure(server, client, embedded, threads, threads, restWarmUp, () -> before.set(ProcessUsage.of(process.handle())));
            Duration cpu = ProcessUsage.of(process.handle()).cpu().minus(requireNonNull(before.get()).cpu());
            return new Runs(alone, rest, (double) cpu.toMillis() / rest.latencies().nanos().length);
        }
    }

    /**
     * @param warm called before what is measured
     */
    private Run measure(StrictS3Server server, Catalog catalog, Catalog checking, int first, int threads, Duration warmUp, Runnable warm)
            throws InterruptedException
    {
        List<Runnable> commits = CatalogBenchmark.commits(catalog, first, threads);
        server.follow(get, put);
        int rounds = CatalogBenchmark.warmUp(commits, commitsPerThread, warmUp);
        warm.run();
        Run run = CatalogBenchmark.measure(commits, commitsPerThread);
        server.follow(Duration.ZERO, Duration.ZERO);
        CatalogBenchmark.requireAllCommitted(checking, first, threads, (rounds + 1) * commitsPerThread);
        return run;
    }
}
