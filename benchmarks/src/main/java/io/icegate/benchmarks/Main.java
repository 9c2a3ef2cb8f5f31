package io.icegate.benchmarks;

import io.icegate.standalone.CommandLines;
import io.icegate.standalone.TemporaryFolder;
import io.icegate.standalone.process.Installation;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The command line {@code icegate bench}.
 */
@Command(
        name = "icegate bench",
        mixinStandardHelpOptions = true,
        description = "Measures, and fails when what it measured was not right. Results hold for the machine they were taken on.",
        footer = "%n'icegate bench <name> --help' explains a benchmark.",
        subcommands = {IngestCommand.class, CommandLine.HelpCommand.class})
public final class Main
{
    private static final String JSON = "Prints JSON with machine, versions and settings.";

    private Main() {}

    static void main(String[] arguments)
    {
        System.exit(CommandLines.execute(new CommandLine(new Main()).registerConverter(CatalogShape.class, CatalogShape::parse), arguments));
    }

    @Command(name = "freshness", mixinStandardHelpOptions = true, description = "From acknowledgement to the first query that returns the record, at 0, 20 and 60 ms injected store latency.")
    int freshness(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--probes", defaultValue = "300", description = "Probes per latency (default: ${DEFAULT-VALUE}).") int probes,
            @Option(names = "--warm-up", defaultValue = "300", description = "Probes before measuring (default: ${DEFAULT-VALUE}).") int warmUp,
            @Option(names = "--latency-millis", split = ",", defaultValue = "0,20,60", description = "Latencies of the store (default: ${DEFAULT-VALUE}).") List<Integer> latencies)
            throws IOException, InterruptedException, SQLException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new FreshnessBenchmark(Installation.current(), folder.path(), probes, warmUp)
                    .run(latencies.stream().map(Duration::ofMillis).toList())
                    .print(json, System.out);
        }
        return 0;
    }

    @Command(name = "bytes", mixinStandardHelpOptions = true, description = "Bytes of a record of each signal on the wire, in segments, and after Trino has rewritten them.")
    int bytes(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--records", defaultValue = "200000", description = "Records of each signal (default: ${DEFAULT-VALUE}).") int records,
            @Option(names = "--signals", split = ",", defaultValue = "LOGS,SPANS,METRICS", description = "Which of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).") List<Payload> signals)
            throws IOException, InterruptedException, SQLException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new BytesBenchmark(Installation.current(), folder.path(), records).run(signals).print(json, System.out);
        }
        return 0;
    }

    @Command(name = "encode", mixinStandardHelpOptions = true, description = "Records per CPU second of decoding and encoding alone, with their garbage, beside protobuf-java and Iceberg's Parquet writer.")
    int encode(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--seconds", defaultValue = "15", description = "CPU seconds per signal and side, after half as many to warm up (default: ${DEFAULT-VALUE}).") double seconds)
            throws IOException, InterruptedException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new EncodeBenchmark(Installation.current(), folder.path(), seconds).run(List.of(Payload.values())).print(json, System.out);
        }
        return 0;
    }

    @Command(name = "merge", mixinStandardHelpOptions = true, description = "Segments merged per CPU second with a heap of 512 MB, beside Iceberg's reader and writer of row objects, and beside Trino and Spark.")
    int merge(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--megabytes", defaultValue = "100", description = "Segments of each signal (default: ${DEFAULT-VALUE}).") int megabytes,
            @Option(names = "--generic-megabytes", defaultValue = "5", description = "Of them for Iceberg's reader and writer of row objects, which are slow (default: ${DEFAULT-VALUE}).") int genericMegabytes,
            @Option(names = "--peers", split = ",", description = "trino, spark: rewrite the same segments; each takes a minute and more for each 100 MB (default: none).") List<MergePeer.Engine> peers,
            @Option(names = "--signals", defaultValue = "LOGS,SPANS,METRICS", split = ",", description = "LOGS, SPANS, METRICS (default: all).") List<Payload> signals)
            throws IOException, InterruptedException, SQLException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new MergeBenchmark(Installation.current(), folder.path(), megabytes, genericMegabytes, peers == null ? List.of() : peers).run(signals).print(json, System.out);
        }
        return 0;
    }

    @Command(name = "catalog", mixinStandardHelpOptions = true, description = "Commits per second of catalogs with many threads, at GET 12 ms and PUT 30 ms, beside Iceberg's JdbcCatalog and HadoopCatalog and a root-object catalog; and of threads through REST, beside an embedded catalog on the same S3 server.")
    int catalog(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--commits", defaultValue = "100", description = "Commits per thread (default: ${DEFAULT-VALUE}).") int commits,
            @Option(names = "--peer-commits", defaultValue = "5", description = "Commits per thread of the peer, which is slow: fewer tell its speed as well (default: ${DEFAULT-VALUE}).") int peerCommits,
            @Option(names = "--warm-up", defaultValue = "20", description = "Seconds of commits before those of a catalog in this process are measured (default: ${DEFAULT-VALUE}).") int warmUp,
            @Option(names = "--shapes", split = ",", defaultValue = "1x64,1x256,8x8", description = "Catalogs x threads of each (default: ${DEFAULT-VALUE}).") List<CatalogShape> shapes,
            @Option(names = "--rest-clients", split = ",", defaultValue = "8,32", description = "Threads that commit through REST (default: ${DEFAULT-VALUE}).") List<Integer> restClients,
            @Option(names = "--rest-warm-up", defaultValue = "120", description = "Seconds of commits before those through REST are measured: a server that was just started compiles itself (default: ${DEFAULT-VALUE}).") int restWarmUp)
            throws IOException, InterruptedException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new CatalogBenchmark(Installation.current(), folder.path(), commits, peerCommits, Duration.ofSeconds(warmUp)).run(shapes, restClients, Duration.ofSeconds(restWarmUp), progress(json)).print(json, System.out);
        }
        return 0;
    }

    /**
     * A run takes minutes: who waits sees what there is, but programs want nothing beside the JSON.
     */
    static Consumer<Object> progress(boolean json)
    {
        return result -> {
            if (!json) {
                System.err.println(result);
            }
        };
    }
}
