package io.icegate.standalone;

import io.icegate.standalone.process.CatalogProcess;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Program;
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
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
                "Serves the catalog of a warehouse over Iceberg's REST protocol, in the foreground until Ctrl-C.",
                "Any engine that speaks it reads and writes the tables. Any number of these may run, on any machine and behind one address:",
                "none keeps anything. docs/operations/catalog.md lists the keys.",
        },
        footer = {
                "",
                "Its log is in the folder catalog-PORT in the data folder. A warehouse on an S3-compatible server takes endpoint and credentials",
                "from the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class CatalogServeCommand
        implements Callable<Integer>
{
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private CatalogOptions catalog = new CatalogOptions();

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        String uri = warehouse.uri(data.path());
        PortOptions.Choice choice = catalog.required();
        PortOptions.check(List.of(choice));
        Map<String, String> configuration = CatalogProcess.configuration(uri, choice.port(), catalog.configuration(Map.of()));
        Path path = data.path().resolve("catalog-%s".formatted(choice.port()));
        try (DataFolder folder = DataFolder.hold(path)) {
            System.out.println("Starting a catalog on %s ...".formatted(uri));
            Program program = CatalogProcess.program(installation, path, choice.port(), configuration);
            String address = "http%s://localhost:%s".formatted(configuration.containsKey("icegate.tls.certificate-file") ? "s" : "", choice.port());
            Running running = new Running(ProcessHandle.current().pid(), uri, Optional.empty(), OptionalInt.empty()).withCatalog(address);
            return Foreground.run(folder, List.of(program), running,
                    """
                    The catalog is ready.
                      Iceberg REST  %s
                      log           %s
                    Ctrl-C stops it."""
                            .formatted(address, path.resolve("log").resolve("catalog.log")));
        }
    }
}
