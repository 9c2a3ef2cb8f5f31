package io.icegate.standalone;

import io.icegate.standalone.process.ChildProcess;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.TrinoProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs Trino in the foreground until Ctrl-C.")
final class StartCommand
        implements Callable<Integer>
{
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    @Option(names = "--data", paramLabel = "DIR", description = "Folder for everything that is kept (default: ${DEFAULT-VALUE}).", defaultValue = "icegate-data")
    private Path data = Path.of("icegate-data");

    @Option(names = "--trino-port", paramLabel = "PORT", description = "Port of Trino (default: ${DEFAULT-VALUE}).", defaultValue = "8080")
    private int trinoPort = 8080;

    @Override
    public Integer call()
            throws InterruptedException
    {
        Installation installation = Installation.current();
        Ports.requireFree(trinoPort, "Trino", "--trino-port");
        try (HttpClient client = HttpClient.newHttpClient();
                ChildProcess trino = TrinoProcess.start(installation, data.toAbsolutePath(), trinoPort, Map.of())) {
            trino.awaitReady(() -> TrinoProcess.ready(client, trinoPort), START_LIMIT);
            System.out.println("Trino: http://localhost:" + trinoPort);
            trino.awaitEnd();
            throw new CommandException("Trino ended: " + trino.lastWords());
        }
    }
}
