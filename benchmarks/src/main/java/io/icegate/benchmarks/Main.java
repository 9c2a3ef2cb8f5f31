package io.icegate.benchmarks;

import io.icegate.standalone.CommandLines;
import io.icegate.standalone.TemporaryFolder;
import io.icegate.standalone.process.Installation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The command line {@code icegate bench}.
 */
@Command(
        name = "icegate bench",
        mixinStandardHelpOptions = true,
        description = "Measures, and fails when what it measured was not right. Results hold for the machine they were taken on.",
        footer = "%n'icegate bench <name> --help' explains a benchmark.",
        subcommands = CommandLine.HelpCommand.class)
public final class Main
{
    private static final String JSON = "Prints JSON with machine, versions and settings.";

    private Main() {}

    static void main(String[] arguments)
    {
        System.exit(CommandLines.execute(new CommandLine(new Main()), arguments));
    }

    @Command(name = "ingest", mixinStandardHelpOptions = true, description = {
            "Records per CPU second of the receiver, and time to acknowledgement, at 0 and 60 ms injected PUT latency.",
            "With --steady: time to acknowledgement of 1, 4, 8 and 32 clients over both protocols, two minutes each, on a local folder.",
    })
    int ingest(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--steady", description = "Measures a steady load at the settings that everybody gets.") boolean steady,
            @Nullable @Option(names = "--clients", split = ",", description = "Requests in flight, several with --steady (default: 8; steady: 1,4,8,32).") List<Integer> clients,
            @Option(names = "--protocols", split = ",", defaultValue = "HTTP,GRPC", description = "With --steady: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).") List<Protocol> protocols,
            @Nullable @Option(names = "--put-millis", description = "With --steady: an S3 server with this latency in place of a local folder.") Integer putMillis,
            @Option(names = "--signal", defaultValue = "LOGS", description = "What is sent: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).") Payload payload,
            @Option(names = "--records", defaultValue = "1000", description = "Records per request (default: ${DEFAULT-VALUE}).") int records,
            @Option(names = "--warm-up", defaultValue = "8", description = "Seconds before measuring (default: ${DEFAULT-VALUE}).") int warmUp,
            @Nullable @Option(names = "--seconds", description = "Seconds measured (default: 20; steady: 120).") Integer seconds)
            throws IOException, InterruptedException
    {
        List<Integer> inFlight = clients != null ? clients : steady ? List.of(1, 4, 8, 32) : List.of(8);
        Duration duration = Duration.ofSeconds(seconds != null ? seconds : steady ? 120 : 20);
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            Report report = steady
                    ? new SteadyBenchmark(Installation.current(), folder.path(), payload, records, Duration.ofSeconds(warmUp), duration, Optional.ofNullable(putMillis).map(Duration::ofMillis)).run(protocols, inFlight)
                    : new IngestBenchmark(Installation.current(), folder.path(), payload, inFlight.getFirst(), records, Duration.ofSeconds(warmUp), duration).run(List.of(Duration.ZERO, Duration.ofMillis(60)));
            report.print(json, System.out);
        }
        return 0;
    }

    @Command(name = "freshness", mixinStandardHelpOptions = true, description = "From acknowledgement to the first query that returns the record, at 0, 20 and 60 ms injected store latency.")
    int freshness(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--probes", defaultValue = "300", description = "Probes per latency (default: ${DEFAULT-VALUE}).") int probes,
            @Option(names = "--warm-up", defaultValue = "300", description = "Probes before measuring (default: ${DEFAULT-VALUE}).") int warmUp)
            throws IOException, InterruptedException, SQLException
    {
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            new FreshnessBenchmark(Installation.current(), folder.path(), probes, warmUp)
                    .run(List.of(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(60)))
                    .print(json, System.out);
        }
        return 0;
    }

    @Command(name = "catalog", mixinStandardHelpOptions = true, description = "Commits per second of 1 catalog x 64 threads and 8 x 8, at GET 12 ms and PUT 30 ms, beside a root-object catalog.")
    int catalog(
            @Option(names = "--json", description = JSON) boolean json,
            @Option(names = "--commits", defaultValue = "50", description = "Commits per thread (default: ${DEFAULT-VALUE}).") int commits,
            @Option(names = "--peer-commits", defaultValue = "5", description = "Commits per thread of the peer, which is slow: fewer tell its speed as well (default: ${DEFAULT-VALUE}).") int peerCommits)
            throws IOException, InterruptedException
    {
        new CatalogBenchmark(commits, peerCommits).run().print(json, System.out);
        return 0;
    }
}
