package io.icegate.benchmarks.soak;

import io.icegate.standalone.CommandLines;
import io.icegate.standalone.TemporaryFolder;
import io.icegate.standalone.process.HeapSize;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The command line {@code icegate soak}.
 */
@Command(
        name = "icegate soak",
        mixinStandardHelpOptions = true,
        description = {
                "Runs everything for a while under load, kills a program every now and then, and compares what was acknowledged with what SQL returns.",
                "Clients send all signals and send again what was not acknowledged; a dashboard of five queries is read every ten seconds; tables are",
                "kept in order meanwhile. Ends with exit code 1 when a record is missing or there twice.",
        },
        footer = {
                "",
                "On a store: --warehouse s3://bucket/prefix, with AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
                "It must be empty; what is stored there stays.",
        })
public final class SoakCommand
        implements Callable<Integer>
{
    @Option(names = "--minutes", paramLabel = "N", description = "Length of the load (default: ${DEFAULT-VALUE}).", defaultValue = "10")
    private double minutes = 10;

    @Option(names = "--rate", paramLabel = "N", description = "Records a second, of all signals (default: ${DEFAULT-VALUE}).", defaultValue = "5000")
    private int rate = 5_000;

    @Option(names = "--clients", paramLabel = "N", description = "Clients for each signal (default: ${DEFAULT-VALUE}).", defaultValue = "2")
    private int clients = 2;

    @Option(names = "--kill-every", paramLabel = "SECONDS", description = "Kills one program so often; 0 kills none (default: ${DEFAULT-VALUE}).", defaultValue = "60")
    private int killEvery = 60;

    @Option(names = "--kill", split = ",", paramLabel = "NAME", description = "What is killed, in turn: receiver, maintenance, trino (default: all three).", defaultValue = "receiver,maintenance,trino")
    private List<String> kill = List.of();

    @Option(names = "--warehouse", paramLabel = "URI", description = "An empty warehouse on a store (default: a temporary folder).")
    private Optional<String> warehouse = Optional.empty();

    @Option(names = "--receiver-memory", paramLabel = "SIZE", description = "Heap of the receiver, as for 'icegate start'.")
    private Optional<String> receiverMemory = Optional.empty();

    @Option(names = "--trino-memory", paramLabel = "SIZE", description = "Heap of Trino, as for 'icegate start'.")
    private Optional<String> trinoMemory = Optional.empty();

    @Option(names = "--report", paramLabel = "FOLDER", description = "Where soak.json and soak.html go (default: ${DEFAULT-VALUE}).", defaultValue = "soak-report")
    private Path report = Path.of("soak-report");

    @Option(names = "--keep", description = "Keeps the temporary folder.")
    private boolean keep;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static void main(String[] arguments)
    {
        System.exit(CommandLines.execute(new CommandLine(new SoakCommand()), arguments));
    }

    @Override
    public Integer call()
            throws IOException, InterruptedException, SQLException
    {
        SoakSettings settings = settings();
        Files.createDirectories(report);
        TemporaryFolder folder = TemporaryFolder.create("icegate-soak-");
        MemoryPlan memory = MemoryPlan.ofMachine().with(
                receiverMemory.map(size -> HeapSize.parse("--receiver-memory", size)),
                trinoMemory.map(size -> HeapSize.parse("--trino-memory", size)));
        SoakResult result = new Soak(Installation.current(), folder.path(), warehouse.orElse("file:" + folder.path().resolve("warehouse")), memory, settings, System.out).run();
        try (PrintStream json = new PrintStream(report.resolve("soak.json").toFile(), UTF_8)) {
            result.report().print(true, json);
        }
        Files.writeString(report.resolve("soak.html"), SoakPage.of(result), UTF_8);
        result.ledger().stream().filter(line -> !line.balances()).forEach(line -> System.out.println("DOES NOT BALANCE: " + line));
        System.out.println("%s acknowledged=%s stored=%s kills=%s report=%s".formatted(
                result.balances() ? "SOAK OK" : "SOAK FAILED",
                result.acknowledged(),
                result.stored(),
                result.kills().size(),
                report.toAbsolutePath().normalize().resolve("soak.html")));
        // the data of a soak that failed is needed to find out why
        if (!keep && result.balances()) {
            folder.close();
        }
        else {
            System.out.println("Data and logs: " + folder.path());
        }
        return result.balances() ? 0 : 1;
    }

    private SoakSettings settings()
    {
        for (String name : kill) {
            if (!SoakKills.PROGRAMS.containsKey(name)) {
                throw new ParameterException(spec.commandLine(), "--kill must name receiver, maintenance or trino, not '%s'".formatted(name));
            }
        }
        if (minutes <= 0 || rate < 1 || clients < 1 || killEvery < 0) {
            throw new ParameterException(spec.commandLine(), "--minutes, --rate and --clients must be more than 0, --kill-every not less");
        }
        return new SoakSettings(Duration.ofMillis(Math.round(minutes * 60_000)), rate, clients, Duration.ofSeconds(killEvery), kill);
    }
}
