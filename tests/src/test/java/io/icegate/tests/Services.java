package io.icegate.tests;

import io.icegate.standalone.process.Ports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a test starts {@code ./icegate start}.
 */
final class Services
{
    private static final String OPTIONS_VARIABLE = "JAVA_TOOL_OPTIONS";
    /**
     * Programs of a test are over before the optimizing compiler has paid off, and it takes their cores meanwhile.
     */
    private static final String OPTIONS = "-XX:TieredStopAtLevel=1";

    private Services() {}

    /**
     * The environment of a script whose programs are to be up soon. Each of them begins its output with {@link #isOptionsNote a note}.
     *
     * @param further variables beside those
     */
    static Map<String, String> environment(Map<String, String> further)
    {
        Map<String, String> environment = new HashMap<>(further);
        environment.put(OPTIONS_VARIABLE, OPTIONS);
        return environment;
    }

    static boolean isOptionsNote(String line)
    {
        return line.equals("Picked up %s: %s".formatted(OPTIONS_VARIABLE, OPTIONS));
    }

    /**
     * Ports for OTLP/gRPC, OTLP/HTTP and Trino.
     */
    static List<Integer> freePorts()
    {
        return Ports.free(3);
    }

    /**
     * Starts {@code ./icegate start}, and waits until it is ready.
     *
     * @param environment beside that of {@link #environment}
     * @param arguments as {@link #startArguments} gives them
     */
    static IceGateScript start(Path folder, Map<String, String> environment, List<String> arguments)
            throws Exception
    {
        IceGateScript start = IceGateScript.start(folder, environment(environment), arguments);
        try {
            start.awaitOutput("IceGate is ready.");
            return start;
        }
        catch (Throwable e) {
            start.close();
            throw e;
        }
    }

    /**
     * As above, with an evaluator of alerts.
     *
     * @param ports for OTLP/gRPC, OTLP/HTTP, Trino and the API of alerting
     */
    static IceGateScript startWithAlerting(Path folder, Path data, List<Integer> ports, String... further)
            throws Exception
    {
        List<String> arguments = new ArrayList<>(startArguments(data, ports.subList(0, 3), further));
        arguments.addAll(List.of("--alerting-port", Integer.toString(ports.get(3))));
        return start(folder, Map.of(), arguments);
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
        if (!arguments.contains("--catalog-port")) {
            // two starts at the same time would want its default port
            arguments.add("--no-catalog");
        }
        return arguments;
    }
}
