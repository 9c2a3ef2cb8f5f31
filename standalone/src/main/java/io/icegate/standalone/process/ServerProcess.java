package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * A server of ours that is started by its main class and a configuration file, as in production.
 *
 * @param name for people
 * @param ready what it writes into its log when it listens
 */
record ServerProcess(String name, Module module, String ready, HeapSize heap)
{
    private static final List<String> OPTIONS = List.of(
            "-Xms16M",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TrimNativeHeapInterval=10000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /**
     * @param name of the module that the server is in
     * @param main class that runs it
     * @param folder of its configuration in the data folder; its log is called like it
     */
    record Module(String name, String main, String folder)
    {
        Module
        {
            requireNonNull(name, "name is null");
            requireNonNull(main, "main is null");
            requireNonNull(folder, "folder is null");
        }
    }

    ServerProcess
    {
        requireNonNull(name, "name is null");
        requireNonNull(module, "module is null");
        requireNonNull(ready, "ready is null");
        requireNonNull(heap, "heap is null");
    }

    /**
     * What the configuration of every server on this machine begins with.
     *
     * @param further keys that are added, or win
     */
    static Map<String, String> configuration(String warehouse, Map<String, String> own, Map<String, String> further)
    {
        Map<String, String> configuration = new HashMap<>(own);
        configuration.put("node.environment", "standalone");
        configuration.put("icegate.warehouse", warehouse);
        if (warehouse.startsWith("s3:")) {
            // what every S3-compatible server understands
            configuration.put("s3.path-style-access", "true");
        }
        configuration.putAll(further);
        return configuration;
    }

    /**
     * A server with keys of its configuration file.
     *
     * @param data the folder for its configuration and log
     */
    Program program(Installation installation, Path data, int port, Map<String, String> configuration)
    {
        Optional<Path> certificate = ReceiverProcess.certificate(configuration);
        return new Program(name, () -> start(installation, data, configuration), http -> ready(http, port, certificate, log(data)));
    }

    private ChildProcess start(Installation installation, Path data, Map<String, String> configuration)
    {
        try {
            Path folder = Files.createDirectories(data.resolve(module.folder()));
            Path file = folder.resolve("config.properties");
            Properties properties = new Properties();
            properties.putAll(configuration);
            try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
                properties.store(writer, "written at every start");
            }
            List<String> options = new ArrayList<>(heap.options());
            options.addAll(OPTIONS);
            Map<String, String> environment = new HashMap<>(StoreEnvironment.with(Map.of()));
            environment.put("CLASSPATH", installation.classPath(module.name()) + File.pathSeparator + installation.supervisor());
            return ChildProcess.start(
                    name,
                    new JavaCommand(options, module.main(), List.of("--config", file.toString())).commandLine(),
                    environment,
                    folder,
                    log(data));
        }
        catch (IOException e) {
            throw new CommandException("Cannot start %s: %s".formatted(name, e), e);
        }
    }

    private Path log(Path data)
    {
        return data.resolve("log").resolve(module.folder() + ".log");
    }

    /**
     * Whether it is ready, and it is this one that answers: another one, of a start at the same moment, may have got the port, and would
     * answer in its place until it has ended because of that.
     */
    // visible for testing
    boolean ready(Http http, int port, Optional<Path> certificate, Path log)
    {
        if (!saysReady(log)) {
            return false;
        }
        String page = "localhost:%s/ready".formatted(port);
        return certificate.map(file -> http.get("https://" + page, file)).orElseGet(() -> http.get("http://" + page)).isPresent();
    }

    private boolean saysReady(Path log)
    {
        try (Stream<String> lines = Files.lines(log, UTF_8)) {
            return lines.anyMatch(line -> line.contains(ready));
        }
        catch (IOException | UncheckedIOException _) {
            return false; // not there yet, or half written
        }
    }
}
