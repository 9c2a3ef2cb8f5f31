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

/**
 * The REST catalog, started by its main class and a configuration file as in production.
 */
public final class CatalogProcess
{
    public static final String NAME = "the catalog";

    /**
     * The state of a catalog, and the requests that are being answered.
     */
    private static final HeapSize HEAP = new HeapSize(256);
    private static final List<String> OPTIONS = List.of(
            "-Xms16M",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TrimNativeHeapInterval=10000",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /**
     * What a catalog writes into its log when it listens.
     */
    private static final String READY = "IceGate catalog is ready";

    private CatalogProcess() {}

    /**
     * The configuration of a catalog on this machine.
     *
     * @param further keys that are added, or win
     */
    public static Map<String, String> configuration(String warehouse, int port, Map<String, String> further)
    {
        Map<String, String> configuration = new HashMap<>();
        configuration.put("node.environment", "standalone");
        configuration.put("icegate.warehouse", warehouse);
        configuration.put("icegate.rest.http-port", Integer.toString(port));
        if (warehouse.startsWith("s3:")) {
            // what every S3-compatible server understands
            configuration.put("s3.path-style-access", "true");
        }
        configuration.putAll(further);
        return configuration;
    }

    /**
     * @param data the folder for its configuration and log
     */
    public static Program program(Installation installation, Path data, int port, Map<String, String> configuration)
    {
        Optional<Path> certificate = ReceiverProcess.certificate(configuration);
        return new Program(NAME, () -> start(installation, data, configuration), http -> ready(http, port, certificate, log(data)));
    }

    private static ChildProcess start(Installation installation, Path data, Map<String, String> configuration)
    {
        try {
            Path folder = Files.createDirectories(data.resolve("catalog"));
            Path file = folder.resolve("config.properties");
            Properties properties = new Properties();
            properties.putAll(configuration);
            try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
                properties.store(writer, "written at every start");
            }
            List<String> options = new ArrayList<>(HEAP.options());
            options.addAll(OPTIONS);
            Map<String, String> environment = new HashMap<>(StoreEnvironment.with(Map.of()));
            environment.put("CLASSPATH", installation.classPath("catalog-rest") + File.pathSeparator + installation.supervisor());
            return ChildProcess.start(
                    NAME,
                    new JavaCommand(options, "io.icegate.rest.CatalogServerMain", List.of("--config", file.toString())).commandLine(),
                    environment,
                    folder,
                    log(data));
        }
        catch (IOException e) {
            throw new CommandException("Cannot start the catalog: " + e, e);
        }
    }

    private static Path log(Path data)
    {
        return data.resolve("log").resolve("catalog.log");
    }

    /**
     * Whether it is ready, and it is this one that answers: another catalog, of a start at the same moment, may have got the port, and would
     * answer in its place until it has ended because of that.
     */
    // visible for testing
    static boolean ready(Http http, int port, Optional<Path> certificate, Path log)
    {
        if (!saysReady(log)) {
            return false;
        }
        String page = "localhost:%s/ready".formatted(port);
        return certificate.map(file -> http.get("https://" + page, file)).orElseGet(() -> http.get("http://" + page)).isPresent();
    }

    private static boolean saysReady(Path log)
    {
        try (Stream<String> lines = Files.lines(log, UTF_8)) {
            return lines.anyMatch(line -> line.contains(READY));
        }
        catch (IOException | UncheckedIOException _) {
            return false; // not there yet, or half written
        }
    }
}
