package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.File;
import java.io.IOException;
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
 * The OTLP receiver, started by its main class and a configuration file as in production.
 */
public final class ReceiverProcess
{
    public static final String NAME = "the receiver";

    private static final List<String> OPTIONS = List.of(
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /**
     * Keep a receiver small: the heap grows from little when it is needed, and what compilers and codecs needed once goes back to
     * the system.
     */
    private static final List<String> SMALL = List.of("-Xms32M", "-XX:+UseCompactObjectHeaders", "-XX:TrimNativeHeapInterval=10000");

    private ReceiverProcess() {}

    /**
     * Heap and collector of a receiver.
     */
    public static List<String> options(HeapSize heap)
    {
        return Stream.concat(heap.options().stream(), SMALL.stream()).toList();
    }

    /**
     * The configuration of a receiver on this machine.
     *
     * @param further keys that are added, or win
     */
    public static Map<String, String> configuration(String warehouse, int grpcPort, int httpPort, Map<String, String> further)
    {
        Map<String, String> configuration = new HashMap<>();
        configuration.put("node.environment", "standalone");
        configuration.put("icegate.warehouse", warehouse);
        configuration.put("icegate.namespace", StackSettings.NAMESPACE);
        configuration.put("icegate.tenant.default", "default");
        configuration.put("icegate.otlp.grpc-port", Integer.toString(grpcPort));
        configuration.put("icegate.otlp.http-port", Integer.toString(httpPort));
        if (warehouse.startsWith("s3:")) {
            // what every S3-compatible server understands
            configuration.put("s3.path-style-access", "true");
        }
        configuration.putAll(further);
        return configuration;
    }

    /**
     * Where a receiver keeps copies of its segments for the upkeep that uses the same data folder.
     */
    public static Path copies(Path data)
    {
        return data.resolve("copies");
    }

    /**
     * A receiver with keys of its configuration file.
     *
     * @param further variables beside those of this process
     */
    public static Program program(Installation installation, Path data, int httpPort, Map<String, String> configuration, Map<String, String> further, HeapSize heap)
    {
        Optional<Path> certificate = certificate(configuration);
        return new Program(
                NAME,
                () -> start(installation, data, configuration, StoreEnvironment.with(further), options(heap)),
                http -> ready(http, httpPort, certificate));
    }

    /**
     * The certificate that a receiver with these keys of its configuration file shows; empty when it speaks plain text.
     *
     * @throws CommandException when it would ask us for a certificate
     */
    public static Optional<Path> certificate(Map<String, String> configuration)
    {
        if (configuration.containsKey("icegate.tls.client-ca-file")) {
            throw new CommandException("Cannot run a receiver with icegate.tls.client-ca-file: it could not be asked whether it is ready; run ReceiverMain, see docs/operations/receiver.md");
        }
        return Optional.ofNullable(configuration.get("icegate.tls.certificate-file")).map(Path::of);
    }

    /**
     * Returns a receiver that reads the given configuration file.
     *
     * @param certificate that it shows, see {@link #certificate}
     * @param further variables beside those of this process
     */
    public static Program program(Installation installation, Path data, int httpPort, Path configuration, Optional<Path> certificate, Map<String, String> further, HeapSize heap)
    {
        return new Program(
                NAME,
                () -> start(installation, data, configuration, StoreEnvironment.with(further), options(heap)),
                http -> ready(http, httpPort, certificate));
    }

    /**
     * Starts the receiver. It is ready only when {@link #ready} says so.
     *
     * @param data the folder for its configuration and log
     * @param configuration keys of the receiver's configuration file
     * @param options heap and collector of the JVM, see {@link #options(HeapSize)}
     */
    public static ChildProcess start(Installation installation, Path data, Map<String, String> configuration, Map<String, String> environment, List<String> options)
    {
        try {
            Path file = Files.createDirectories(data.resolve("receiver")).resolve("config.properties");
            Properties properties = new Properties();
            properties.putAll(configuration);
            try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
                properties.store(writer, "written at every start");
            }
            return start(installation, data, file, environment, options);
        }
        catch (IOException e) {
            throw new CommandException("Cannot start the receiver: " + e, e);
        }
    }

    /**
     * Starts the receiver with the given configuration file.
     *
     * @param data the folder for its log
     */
    static ChildProcess start(Installation installation, Path data, Path configuration, Map<String, String> environment, List<String> heap)
    {
        try {
            Path folder = Files.createDirectories(data.resolve("receiver"));
            List<String> options = new ArrayList<>(heap);
            options.addAll(OPTIONS);
            Map<String, String> all = new HashMap<>(environment);
            all.put("CLASSPATH", installation.classPath("otlp-receiver") + File.pathSeparator + installation.supervisor());
            return ChildProcess.start(
                    NAME,
                    new JavaCommand(options, "io.icegate.receiver.ReceiverMain", List.of("--config", configuration.toString())).commandLine(),
                    all,
                    folder,
                    data.resolve("log").resolve("receiver.log"));
        }
        catch (IOException e) {
            throw new CommandException("Cannot start the receiver: " + e, e);
        }
    }

    /**
     * Whether the receiver takes requests.
     *
     * @param certificate that it shows; empty when it speaks plain text
     */
    public static boolean ready(Http http, int httpPort, Optional<Path> certificate)
    {
        String page = "localhost:%s/ready".formatted(httpPort);
        return certificate.map(file -> http.get("https://" + page, file)).orElseGet(() -> http.get("http://" + page)).isPresent();
    }
}
