package io.icegate.standalone;

import io.icegate.standalone.process.AlertingProcess;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
                "Evaluates the rules of a warehouse in the foreground until Ctrl-C, and serves the API for rules.",
                "Any number of these may run, on any machine: they share the groups, and each tick has one result. docs/operations/alerting.md lists the keys.",
        },
        footer = {
                "",
                "Its log is in the folder alerting-PORT in the data folder. A warehouse on an S3-compatible server takes endpoint and credentials",
                "from the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class AlertServeCommand
        implements Callable<Integer>
{
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private AlertingOptions alerting = new AlertingOptions();

    @Option(names = "--trino", paramLabel = "URL", description = "Trino that evaluates, http://host:port or https://host:port (default: the one that runs on the data folder).")
    private Optional<String> trino = Optional.empty();

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        String uri = warehouse.uri(data.path());
        PortOptions.Choice choice = alerting.choice();
        PortOptions.check(List.of(choice));
        String engine = trino.orElseGet(() -> "http://" + Running.trino(data.path()));
        Map<String, String> configuration = AlertingProcess.configuration(uri, choice.port(), engine, alerting.configuration(Map.of()));
        Path path = data.path().resolve("alerting-%s".formatted(choice.port()));
        try (DataFolder folder = DataFolder.hold(path)) {
            System.out.println("Starting an evaluator on %s ...".formatted(uri));
            Program program = AlertingProcess.program(installation, path, choice.port(), configuration);
            Running running = new Running(ProcessHandle.current().pid(), uri, Optional.empty(), OptionalInt.empty());
            return Foreground.run(folder, List.of(program), running,
                    """
                    Alerting is ready.
                      API  http%s://localhost:%s/v1/alerting/groups
                      log  %s
                    Ctrl-C stops it."""
                            .formatted(configuration.containsKey("icegate.tls.certificate-file") ? "s" : "", choice.port(), path.resolve("log").resolve("alerting.log")));
        }
    }
}
