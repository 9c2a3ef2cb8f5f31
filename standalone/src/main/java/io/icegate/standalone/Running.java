package io.icegate.standalone;

import io.icegate.standalone.process.StackSettings;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * How the other commands find what {@code icegate start} runs on a data folder: a file in it, valid as long as its process lives.
 */
record Running(long process, int grpcPort, int httpPort, int trinoPort, String warehouse)
{
    static final Running DEFAULT = new Running(0, 4317, 4318, 8080, "");

    static Path file(Path data)
    {
        return data.resolve("running.properties");
    }

    static Running of(StackSettings settings)
    {
        return new Running(ProcessHandle.current().pid(), settings.grpcPort(), settings.httpPort(), settings.trinoPort(), settings.warehouse());
    }

    /**
     * What runs on the folder, if anything does.
     */
    static Optional<Running> find(Path data)
    {
        if (!Files.exists(file(data))) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file(data), UTF_8)) {
            properties.load(reader);
            Running running = new Running(
                    Long.parseLong(properties.getProperty("process", "")),
                    Integer.parseInt(properties.getProperty("grpc-port", "")),
                    Integer.parseInt(properties.getProperty("http-port", "")),
                    Integer.parseInt(properties.getProperty("trino-port", "")),
                    properties.getProperty("warehouse", ""));
            return Optional.of(running).filter(found -> ProcessHandle.of(found.process()).isPresent());
        }
        catch (IOException | NumberFormatException e) {
            throw new CommandException("Cannot read %s: %s".formatted(file(data), e.getMessage()), e);
        }
    }

    void write(Path data)
    {
        Properties properties = new Properties();
        properties.setProperty("process", Long.toString(process));
        properties.setProperty("grpc-port", Integer.toString(grpcPort));
        properties.setProperty("http-port", Integer.toString(httpPort));
        properties.setProperty("trino-port", Integer.toString(trinoPort));
        properties.setProperty("warehouse", warehouse);
        try (Writer writer = Files.newBufferedWriter(file(data), UTF_8)) {
            properties.store(writer, "what icegate start runs on this folder");
        }
        catch (IOException e) {
            throw new CommandException("Cannot write %s: %s".formatted(file(data), e.getMessage()), e);
        }
    }
}
