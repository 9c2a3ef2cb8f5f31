package io.icegate.tests;

import io.icegate.standalone.process.Ports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Arguments of {@code ./icegate start} for a test.
 */
final class Services
{
    private Services() {}

    /**
     * Ports for OTLP/gRPC, OTLP/HTTP and Trino.
     */
    static List<Integer> freePorts()
    {
        return Ports.free(3);
    }

    static List<String> startArguments(Path data, List<Integer> ports, String... further)
    {
        List<String> arguments = new ArrayList<>(List.of(
                "start",
                "--data",
                data.toString(),
                "--grpc-port",
                Integer.toString(ports.get(0)),
                "--http-port",
                Integer.toString(ports.get(1)),
                "--trino-port",
                Integer.toString(ports.get(2)),
                // several tests, and builds, may run on one machine
                "--receiver-memory",
                "512MB",
                "--trino-memory",
                "1GB"));
        arguments.addAll(List.of(further));
        return arguments;
    }
}
