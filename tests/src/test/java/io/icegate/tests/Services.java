package io.icegate.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
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
        try (ServerSocket first = new ServerSocket(0);
                ServerSocket second = new ServerSocket(0);
                ServerSocket third = new ServerSocket(0)) {
            return List.of(first.getLocalPort(), second.getLocalPort(), third.getLocalPort());
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                Integer.toString(ports.get(2))));
        arguments.addAll(List.of(further));
        return arguments;
    }
}
