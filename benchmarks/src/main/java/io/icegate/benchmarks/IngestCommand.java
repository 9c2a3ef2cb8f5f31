package io.icegate.benchmarks;

import io.icegate.benchmarks.IngestBenchmark.Peer;
import io.icegate.benchmarks.IngestBenchmark.Times;
import io.icegate.standalone.TemporaryFolder;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The command line {@code icegate bench ingest}.
 */
@Command(name = "ingest", mixinStandardHelpOptions = true, description = {
        "Records per CPU second of the receiver, time to acknowledgement, memory, and bytes in the WAL.",
        "Takes at most ten minutes: the usual measurement of each signal, and of the first one also with one thing changed. What did not fit is named.",
        "Options that choose records, PUT times, clients or protocols give all their combinations, and --full gives all there are.",
})
final class IngestCommand
        implements Callable<Integer>
{
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String PEER_VARIABLE = "ICEGATE_PEER_VICTORIA_LOGS";

    private enum Signals
    {
        ALL,
        LOGS,
        SPANS,
        METRICS;

        private List<Payload> payloads()
        {
            return this == ALL ? List.of(Payload.values()) : List.of(Payload.valueOf(name()));
        }
    }

    @Option(names = "--json", description = "Prints JSON with machine, versions and settings.")
    private boolean json;

    @Option(names = "--full", description = "All combinations. Takes hours.")
    private boolean full;

    @Nullable
    @Option(names = "--steady", paramLabel = "SECONDS", arity = "0..1", fallbackValue = "120", description = "A load of so many seconds after a longer warm-up (without a number: ${FALLBACK-VALUE}), without a limit for all.")
    private Integer steady;

    @Option(names = "--signal", defaultValue = "ALL", description = "What is sent: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Signals signals = Signals.ALL;

    @Nullable
    @Option(names = "--records", split = ",", description = "Records per request (usual: 1000).")
    private List<Integer> records;

    @Nullable
    @Option(names = "--put-millis", split = ",", description = "Time that the S3 server in this process adds to each PUT (usual: 0).")
    private List<Integer> putMillis;

    @Option(names = "--folder", description = "A local folder in place of the S3 server.")
    private boolean localFolder;

    @Nullable
    @Option(names = "--clients", split = ",", description = "Requests in flight (usual: 8).")
    private List<Integer> clients;

    @Nullable
    @Option(names = "--protocols", split = ",", description = "${COMPLETION-CANDIDATES} (usual: HTTP).")
    private List<Protocol> protocols;

    @Nullable
    @Option(names = "--warm-up", description = "Seconds before measuring (default: 15; steady: 30).")
    private Integer warmUp;

    @Option(names = "--seconds", defaultValue = "12", description = "Seconds measured (default: ${DEFAULT-VALUE}).")
    private int seconds = 12;

    @Option(names = "--peer", paramLabel = "NAME=FILE", description = {
            "Another system that takes the same logs in turn: victoria-logs=FILE, its program.",
            "Default: the file that " + PEER_VARIABLE + " names.",
    })
    private Map<String, Path> peers = new LinkedHashMap<>();

    @Option(names = "--rounds", defaultValue = "2", description = "Measurements of either system (default: ${DEFAULT-VALUE}).")
    private int rounds = 2;

    @Option(names = "--java-option", paramLabel = "OPTION", description = "Replaces heap and collector of the receiver. Can be repeated.")
    private List<String> javaOptions = List.of();

    @Option(names = "--receiver", paramLabel = "KEY=VALUE", description = "A key of the receiver's configuration. Can be repeated.")
    private Map<String, String> configuration = new LinkedHashMap<>();

    @Override
    public Integer call()
            throws IOException, InterruptedException
    {
        Times times = steady == null
                ? new Times(Duration.ofSeconds(warmUp == null ? 15 : warmUp), Duration.ofSeconds(seconds), false)
                : new Times(Duration.ofSeconds(warmUp == null ? 30 : warmUp), Duration.ofSeconds(steady), true);
        try (TemporaryFolder folder = TemporaryFolder.create("icegate-bench-")) {
            Optional<Duration> limit = full || steady != null || isChosen() ? Optional.empty() : Optional.of(LIMIT);
            Optional<Path> binary = peer();
            Optional<Peer> peer = binary.filter(Files::isExecutable).map(file -> new Peer(file, rounds));
            String noPeer = binary
                    .map(file -> "none: %s is no program; benchmarks/README.md says how to build it".formatted(file))
                    .orElse("none: --peer and %s are not given; benchmarks/README.md says how to build one".formatted(PEER_VARIABLE));
            new IngestBenchmark(Installation.current(), folder.path(), ReceiverSetup.of(javaOptions, configuration), times, limit, Main.progress(json))
                    .run(cells(), peer, noPeer)
                    .print(json, System.out);
        }
        return 0;
    }

    private boolean isChosen()
    {
        return records != null || putMillis != null || localFolder || clients != null || protocols != null;
    }

    private List<IngestCell> cells()
    {
        List<Payload> payloads = signals.payloads();
        Optional<List<IngestStore>> stores = localFolder
                ? Optional.of(List.of(IngestStore.FOLDER))
                : Optional.ofNullable(putMillis).map(all -> all.stream().map(millis -> IngestStore.s3(Duration.ofMillis(millis))).toList());
        if (full) {
            return IngestSelection.full(payloads, Optional.ofNullable(records), stores, Optional.ofNullable(clients), Optional.ofNullable(protocols)).cells();
        }
        if (isChosen() || steady != null) {
            return IngestSelection.chosen(payloads, Optional.ofNullable(records), stores, Optional.ofNullable(clients), Optional.ofNullable(protocols)).cells();
        }
        return IngestSelection.usual(payloads);
    }

    private Optional<Path> peer()
    {
        for (String name : peers.keySet()) {
            if (!name.toLowerCase(Locale.ROOT).equals(VictoriaLogs.NAME)) {
                throw new CommandException("Cannot measure beside %s: the one peer is %s".formatted(name, VictoriaLogs.NAME));
            }
        }
        return peers.values().stream().findFirst().or(() -> Optional.ofNullable(System.getenv(PEER_VARIABLE)).filter(file -> !file.isBlank()).map(Path::of));
    }
}
