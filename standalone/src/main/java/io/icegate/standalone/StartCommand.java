package io.icegate.standalone;

import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.StackSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Runs the OTLP receiver and Trino in the foreground until Ctrl-C. What was stored is there again after the next start.",
        footer = {
                "",
                "A warehouse on an S3-compatible server takes endpoint and credentials from the environment:",
                "AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class StartCommand
        implements Callable<Integer>
{
    private static final int PORT_MAX = 65_535;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--warehouse", paramLabel = "URI", description = "Root of the warehouse, s3://bucket/prefix or a folder (default: the folder warehouse in the data folder).")
    private Optional<String> warehouse = Optional.empty();

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "Port of OTLP/gRPC (default: ${DEFAULT-VALUE}).", defaultValue = "4317")
    private int grpcPort = Running.DEFAULT.grpcPort();

    @Option(names = "--http-port", paramLabel = "PORT", description = "Port of OTLP/HTTP (default: ${DEFAULT-VALUE}).", defaultValue = "4318")
    private int httpPort = Running.DEFAULT.httpPort();

    @Option(names = "--trino-port", paramLabel = "PORT", description = "Port of Trino (default: ${DEFAULT-VALUE}).", defaultValue = "8080")
    private int trinoPort = Running.DEFAULT.trinoPort();

    @Option(names = "--receiver",
            paramLabel = "KEY=VALUE",
            description = "A key of the receiver's configuration, for example icegate.commit.interval=1m. Can be repeated.")
    private Map<String, String> receiver = new LinkedHashMap<>();

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        Path folder = data.path();
        StackSettings settings = new StackSettings(folder, warehouseUri(folder), grpcPort, httpPort, trinoPort, receiver);
        requirePorts();
        createFolder(folder);
        try (FileChannel channel = lockFile(folder);
                FileLock _ = lock(channel, folder)) {
            return run(installation, settings, data.argument());
        }
    }

    private static int run(Installation installation, StackSettings settings, String dataArgument)
            throws InterruptedException, IOException
    {
        System.out.println("Starting IceGate on " + settings.warehouse() + " ...");
        try (Stack stack = Stack.start(installation, settings)) {
            stack.awaitReady();
            Running.of(settings).write(settings.data());
            System.out.println(
                    """
                    IceGate is ready.
                      OTLP/gRPC   localhost:%s
                      OTLP/HTTP   http://localhost:%s/v1/logs
                      SQL         ./icegate sql%s "SELECT count(*) FROM logs", JDBC jdbc:trino://localhost:%s/icegate/otel
                      status      ./icegate status%s
                      logs        %s
                    Ctrl-C stops it."""
                            .formatted(settings.grpcPort(), settings.httpPort(), dataArgument, settings.trinoPort(), dataArgument, settings.data().resolve("log")));
            String failure = stack.awaitFailure();
            if (!failure.isEmpty()) {
                throw new CommandException(failure);
            }
            return 0;
        }
        finally {
            Files.deleteIfExists(Running.file(settings.data()));
        }
    }

    private String warehouseUri(Path folder)
    {
        String uri = warehouse.orElse(folder.resolve("warehouse").toString());
        while (uri.endsWith("/")) {
            uri = uri.substring(0, uri.length() - 1);
        }
        if (uri.startsWith("s3://") && uri.length() > "s3://".length()) {
            return uri;
        }
        if (uri.startsWith("file:/")) {
            return "file:" + Path.of("/" + uri.substring("file:".length()).replaceFirst("^/+", "")).normalize();
        }
        if (uri.contains(":") || uri.isEmpty()) {
            throw new CommandException("Cannot use the warehouse %s: it must be s3://bucket/prefix or a folder".formatted(warehouse.orElse("")));
        }
        return "file:" + Path.of(uri).toAbsolutePath().normalize();
    }

    private void requirePorts()
    {
        for (int port : new int[] {grpcPort, httpPort, trinoPort}) {
            if (port < 1 || port > PORT_MAX) {
                throw new CommandException("Cannot listen on port %s: ports are 1 to %s".formatted(port, PORT_MAX));
            }
        }
        if (grpcPort == httpPort || grpcPort == trinoPort || httpPort == trinoPort) {
            throw new CommandException("Cannot listen on ports %s, %s and %s: they must differ".formatted(grpcPort, httpPort, trinoPort));
        }
        Ports.requireFree(grpcPort, "OTLP/gRPC", "--grpc-port");
        Ports.requireFree(httpPort, "OTLP/HTTP", "--http-port");
        Ports.requireFree(trinoPort, "Trino", "--trino-port");
    }

    private static void createFolder(Path folder)
    {
        try {
            Files.createDirectories(folder);
        }
        catch (IOException e) {
            throw new CommandException("Cannot use the data folder %s: %s".formatted(folder, e), e);
        }
    }

    private static FileChannel lockFile(Path folder)
    {
        try {
            return FileChannel.open(folder.resolve("lock"), CREATE, WRITE);
        }
        catch (IOException e) {
            throw new CommandException("Cannot write to the data folder %s: %s".formatted(folder, e), e);
        }
    }

    private static FileLock lock(FileChannel channel, Path folder)
            throws IOException
    {
        FileLock lock;
        try {
            lock = channel.tryLock();
        }
        catch (OverlappingFileLockException _) {
            lock = null;
        }
        if (lock == null) {
            throw new CommandException("Cannot use the data folder %s: another IceGate runs on it".formatted(folder));
        }
        return lock;
    }
}
