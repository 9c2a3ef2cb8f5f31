package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The command {@code maintain}, beside the other programs of a stack. It has a process of its own, so that neither ingest nor
 * queries pay for its memory, and the kernel may end it first.
 */
public final class MaintenanceProcess
{
    public static final String NAME = "maintenance";

    /**
     * What a merge needs, whatever the number of files.
     */
    private static final HeapSize HEAP = new HeapSize(512);
    private static final List<String> OPTIONS = List.of(
            "-Xms16M",
            // a merge needs the heap for seconds an hour: what is free is given back when it is over
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-Djdk.nio.maxCachedBufferSize=262144",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TrimNativeHeapInterval=10000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private MaintenanceProcess() {}

    /**
     * @param data the folder for its log and its temporary files
     * @param metricsPort empty for the default one, which it does without when that is taken
     * @param trinoPort of the Trino on this machine that merges what maintenance cannot; it may be there or not
     * @param further variables beside those of this process
     */
    public static Program program(Installation installation, Path data, String warehouse, OptionalInt metricsPort, int trinoPort, Map<String, String> further)
    {
        return new Program(NAME, () -> start(installation, data, warehouse, metricsPort, trinoPort, further), _ -> true);
    }

    private static ChildProcess start(Installation installation, Path data, String warehouse, OptionalInt metricsPort, int trinoPort, Map<String, String> further)
    {
        try {
            Path folder = Files.createDirectories(data.resolve("maintenance"));
            List<String> options = new ArrayList<>(HEAP.options());
            options.addAll(OPTIONS);
            Map<String, String> environment = new HashMap<>(StoreEnvironment.with(further));
            environment.put("CLASSPATH", installation.classPath("standalone"));
            List<String> arguments = new ArrayList<>(List.of("maintain", "--data", data.toString(), "--warehouse", warehouse, "--trino", "http://localhost:" + trinoPort));
            metricsPort.ifPresent(port -> arguments.addAll(List.of("--metrics-port", Integer.toString(port))));
            ChildProcess process = ChildProcess.start(
                    NAME,
                    new JavaCommand(options, "io.icegate.standalone.Main", arguments).commandLine(),
                    environment,
                    folder,
                    data.resolve("log").resolve("maintenance.log"));
            process.offerToMemoryKiller();
            return process;
        }
        catch (IOException e) {
            throw new CommandException("Cannot start maintenance: " + e, e);
        }
    }
}
