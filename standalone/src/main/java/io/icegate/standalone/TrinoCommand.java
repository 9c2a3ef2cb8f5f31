package io.icegate.standalone;

import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.TrinoProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

@Command(
        name = "trino",
        mixinStandardHelpOptions = true,
        description = {
                "Runs only Trino, in the foreground until Ctrl-C.",
                "Receivers may write to its warehouse from anywhere.",
        },
        footer = {
                "",
                "Its logs are in the folder trino-PORT in the data folder. A warehouse on an S3-compatible server takes endpoint and credentials",
                "from the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class TrinoCommand
        implements Callable<Integer>
{
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private TrinoOptions trino = new TrinoOptions();

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        String uri = warehouse.uri(data.path());
        MemoryPlan memory = MemoryPlan.ofMachine().with(Optional.empty(), trino.memory());
        PortOptions.check(List.of(trino.choice()));
        Path path = data.path().resolve("trino-%s".formatted(trino.port()));
        try (DataFolder folder = DataFolder.hold(path)) {
            System.out.println("Starting Trino on %s, with %s of memory ...".formatted(uri, memory.trino()));
            Program program = TrinoProcess.program(installation, path, trino.port(), uri, Map.of(), memory.trino());
            Running running = new Running(ProcessHandle.current().pid(), uri, Optional.empty(), OptionalInt.of(trino.port()));
            return Foreground.run(folder, List.of(program), running,
                    """
                    Trino is ready.
                      SQL         ./icegate sql --server localhost:%s "SELECT count(*) FROM logs", JDBC jdbc:trino://localhost:%s/icegate/otel
                      status      ./icegate status%s
                      log         %s
                    Ctrl-C stops it."""
                            .formatted(trino.port(), trino.port(), data.argument(), path.resolve("log").resolve("trino.log")));
        }
    }
}
