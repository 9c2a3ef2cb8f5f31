package io.icegate.standalone;

import io.icegate.standalone.process.HeapSize;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of a command that runs a receiver.
 */
final class ReceiverOptions
{
    @Option(names = "--grpc-port", paramLabel = "PORT", description = "Port of OTLP/gRPC (default: ${DEFAULT-VALUE}).", defaultValue = "4317")
    private int grpcPort = Running.GRPC_PORT;

    @Option(names = "--http-port", paramLabel = "PORT", description = "Port of OTLP/HTTP (default: ${DEFAULT-VALUE}).", defaultValue = "4318")
    private int httpPort = Running.HTTP_PORT;

    @Option(names = "--receiver",
            paramLabel = "KEY=VALUE",
            description = "A key of the receiver's configuration, for example icegate.commit.interval=1m. Can be repeated.")
    private Map<String, String> configuration = new LinkedHashMap<>();

    @Option(names = "--receiver-memory", paramLabel = "SIZE", description = "Heap of the receiver, for example 512MB (default: 256MB).")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--secure",
            description = {
                    "Serves OTLP by TLS, and only to those who have a key. Makes a certificate and a key in the data folder once, and prints",
                    "the settings of exporters. SQL stays open.",
            })
    private boolean secure;

    int grpcPort()
    {
        return grpcPort;
    }

    int httpPort()
    {
        return httpPort;
    }

    /**
     * Certificate and keys of {@code --secure}, which may not be there yet.
     */
    Optional<SecureFiles> secureFiles(Path data)
    {
        return secure ? Optional.of(SecureFiles.in(data)) : Optional.empty();
    }

    /**
     * Keys of the receiver's configuration; what {@code --receiver} says wins.
     */
    Map<String, String> configuration(Path data)
    {
        Map<String, String> all = new LinkedHashMap<>();
        secureFiles(data).ifPresent(files -> all.putAll(files.configuration()));
        all.putAll(configuration);
        return all;
    }

    Optional<HeapSize> memory()
    {
        return memory.map(size -> HeapSize.parse("--receiver-memory", size));
    }

    List<PortOptions.Choice> ports()
    {
        return List.of(new PortOptions.Choice(grpcPort, "OTLP/gRPC", "--grpc-port"), new PortOptions.Choice(httpPort, "OTLP/HTTP", "--http-port"));
    }
}
