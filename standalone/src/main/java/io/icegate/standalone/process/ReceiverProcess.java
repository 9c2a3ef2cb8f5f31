package io.icegate.standalone.process;

import io.icegate.standalone.CommandException;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The OTLP receiver, started as everywhere else: by its main class and a configuration file.
 */
public final class ReceiverProcess
{
    private static final List<String> OPTIONS = List.of(
            "-Xmx512M",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private ReceiverProcess() {}

    /**
     * Starts the receiver. It is ready only when {@link #ready} says so.
     *
     * @param data the folder for its configuration and log
     * @param configuration keys of the receiver's configuration file
     */
    public static ChildProcess start(Installation installation, Path data, Map<String, String> configuration, Map<String, String> environment)
    {
        try {
            Path folder = Files.createDirectories(data.resolve("receiver"));
            Path file = folder.resolve("config.properties");
            Properties properties = new Properties();
            properties.putAll(configuration);
            try (Writer writer = Files.newBufferedWriter(file, UTF_8)) {
                properties.store(writer, "written at every start");
            }
            Map<String, String> all = new HashMap<>(environment);
            all.put("CLASSPATH", installation.classPath("otlp-receiver") + File.pathSeparator + installation.supervisor());
            return ChildProcess.start(
                    "the receiver",
                    new JavaCommand(OPTIONS, "io.icegate.receiver.ReceiverMain", List.of("--config", file.toString())).commandLine(),
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
     */
    public static boolean ready(Http http, int httpPort)
    {
        return http.get("http://localhost:%s/ready".formatted(httpPort)).isPresent();
    }
}
