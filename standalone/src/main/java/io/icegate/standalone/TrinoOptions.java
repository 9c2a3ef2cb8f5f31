package io.icegate.standalone;

import io.icegate.standalone.process.HeapSize;
import picocli.CommandLine.Option;

import java.util.Optional;

/**
 * The options of a command that runs a Trino server.
 */
final class TrinoOptions
{
    @Option(names = "--trino-port", paramLabel = "PORT", description = "Port of Trino (default: ${DEFAULT-VALUE}).", defaultValue = "8080")
    private int port = Running.TRINO_PORT;

    @Option(names = "--trino-memory", paramLabel = "SIZE", description = "Heap of Trino, for example 4GB (default: half of the free memory, 1GB to 16GB).")
    private Optional<String> memory = Optional.empty();

    int port()
    {
        return port;
    }

    Optional<HeapSize> memory()
    {
        return memory.map(size -> HeapSize.parse("--trino-memory", size));
    }

    PortOptions.Choice choice()
    {
        return new PortOptions.Choice(port, "Trino", "--trino-port");
    }
}
