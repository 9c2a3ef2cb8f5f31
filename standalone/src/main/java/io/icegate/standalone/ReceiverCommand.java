package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.HeapSize;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.ReceiverProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

@Command(
        name = "receiver",
        mixinStandardHelpOptions = true,
        description = {
                "Runs only a receiver, in the foreground until Ctrl-C.",
                "Any number of receivers may write to one warehouse. Either a configuration file says everything, or the other options do. docs/operations/receiver.md lists the keys.",
        },
        footer = {
                "",
                "Its log is in the folder receiver-PORT in the data folder, PORT being that of OTLP/HTTP. A warehouse on an S3-compatible server takes",
                "endpoint and credentials from the environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class ReceiverCommand
        implements Callable<Integer>
{
    private static final String GRPC_PORT = "icegate.otlp.grpc-port";
    private static final String HTTP_PORT = "icegate.otlp.http-port";
    private static final String WAREHOUSE = "icegate.warehouse";

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file of the receiver, with key=value lines. It is used as it is, so no option can change what it says.")
    private Optional<Path> config = Optional.empty();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private ReceiverOptions receiver = new ReceiverOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        HeapSize heap = MemoryPlan.ofMachine().with(receiver.memory(), Optional.empty()).receiver();
        if (config.isPresent()) {
            return runWithFile(installation, config.orElseThrow().toAbsolutePath().normalize(), heap);
        }
        String uri = warehouse.uri(data.path());
        PortOptions.check(receiver.ports());
        Map<String, String> configuration = ReceiverProcess.configuration(uri, receiver.grpcPort(), receiver.httpPort(), receiver.configuration(data.path()));
        try (DataFolder folder = hold(receiver.httpPort())) {
            Program program = ReceiverProcess.program(installation, folder.path(), receiver.httpPort(), configuration, Map.of(), heap);
            Optional<SecureFiles> files = receiver.secureFiles(data.path());
            files.ifPresent(made -> made.create(new SecureRandom()));
            return run(folder, program, uri, new Running.ReceiverPorts(receiver.grpcPort(), receiver.httpPort(), ReceiverProcess.certificate(configuration)), files, heap);
        }
    }

    private int runWithFile(Installation installation, Path file, HeapSize heap)
            throws InterruptedException, IOException
    {
        for (String option : List.of("--warehouse", "--grpc-port", "--http-port", "--receiver", "--secure")) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(spec.commandLine(), "%s and --config exclude each other".formatted(option));
            }
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
            properties.load(reader);
        }
        catch (IOException e) {
            throw new CommandException("Cannot read configuration file %s: %s".formatted(file, e.getMessage()), e);
        }
        Running.ReceiverPorts ports = new Running.ReceiverPorts(
                port(properties, GRPC_PORT, Running.GRPC_PORT),
                port(properties, HTTP_PORT, Running.HTTP_PORT),
                certificate(properties));
        PortOptions.check(List.of(
                new PortOptions.Choice(ports.grpc(), "OTLP/gRPC", GRPC_PORT),
                new PortOptions.Choice(ports.http(), "OTLP/HTTP", HTTP_PORT)));
        try (DataFolder folder = hold(ports.http())) {
            Program program = ReceiverProcess.program(installation, folder.path(), ports.http(), file, ports.certificate(), Map.of(), heap);
            return run(folder, program, properties.getProperty(WAREHOUSE, ""), ports, Optional.empty(), heap);
        }
    }

    private int run(DataFolder folder, Program program, String uri, Running.ReceiverPorts ports, Optional<SecureFiles> files, HeapSize heap)
            throws InterruptedException, IOException
    {
        System.out.println("Starting a receiver on %s, with %s of memory ...".formatted(uri, heap));
        Running running = new Running(ProcessHandle.current().pid(), uri, Optional.of(ports), OptionalInt.empty());
        return Foreground.run(folder, List.of(program), running,
                """
                The receiver is ready.
                  OTLP/gRPC   localhost:%s
                  OTLP/HTTP   %s
                  status      ./icegate status%s
                  log         %s
                Ctrl-C stops it."""
                        .formatted(ports.grpc(), ports.httpAddress(), data.argument(), folder.path().resolve("log").resolve("receiver.log"))
                        + files.map(made -> made.greeting(ports)).orElse(""));
    }

    private DataFolder hold(int httpPort)
            throws IOException
    {
        return DataFolder.hold(data.path().resolve("receiver-%s".formatted(httpPort)));
    }

    private static Optional<Path> certificate(Properties properties)
    {
        return ReceiverProcess.certificate(properties.stringPropertyNames().stream().collect(Collectors.toMap(Function.identity(), properties::getProperty)));
    }

    private static int port(Properties properties, String key, int defaultPort)
    {
        String port = properties.getProperty(key, Integer.toString(defaultPort)).strip();
        if (!port.matches("\\d{1,5}")) {
            throw new CommandException("Cannot use %s=%s: it is no port".formatted(key, port));
        }
        return Integer.parseInt(port);
    }
}
