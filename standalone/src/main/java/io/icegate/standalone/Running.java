package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ProgramState;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;

/**
 * How the other commands find what runs on a data folder, and how it fares: a file that is valid as long as the process that wrote it
 * lives. {@code start} writes it into the data folder itself, a part that runs alone into a folder of its own below.
 *
 * @param warehouse empty when it is not known
 * @param catalogAddress of a REST catalog
 */
record Running(long process, String warehouse, Optional<ReceiverPorts> receiver, OptionalInt trinoPort, Optional<String> catalogAddress, List<ProgramState> programs)
{
    static final int GRPC_PORT = 4317;
    static final int HTTP_PORT = 4318;
    static final int TRINO_PORT = 8080;

    static final Running AT_DEFAULT_PORTS = new Running(0, "", Optional.of(new ReceiverPorts(GRPC_PORT, HTTP_PORT, Optional.empty())), OptionalInt.of(TRINO_PORT));

    private static final String NAME = "running.properties";
    private static final int INSTANCES_MAX = 100;

    /**
     * @param certificate of a receiver that speaks TLS
     */
    record ReceiverPorts(int grpc, int http, Optional<Path> certificate)
    {
        ReceiverPorts
        {
            requireNonNull(certificate, "certificate is null");
        }

        /**
         * Where HTTP is served, without a path.
         */
        String httpAddress()
        {
            return "%s://localhost:%s".formatted(certificate.isPresent() ? "https" : "http", http);
        }
    }

    Running
    {
        requireNonNull(warehouse, "warehouse is null");
        requireNonNull(receiver, "receiver is null");
        requireNonNull(trinoPort, "trinoPort is null");
        requireNonNull(catalogAddress, "catalogAddress is null");
        programs = List.copyOf(programs);
    }

    Running(long process, String warehouse, Optional<ReceiverPorts> receiver, OptionalInt trinoPort)
    {
        this(process, warehouse, receiver, trinoPort, Optional.empty(), List.of());
    }

    static Path file(Path folder)
    {
        return folder.resolve(NAME);
    }

    /**
     * What runs on the data folder, {@code start} first.
     */
    static List<Running> findAll(Path data)
    {
        List<Path> folders = new ArrayList<>(List.of(data));
        if (Files.isDirectory(data)) {
            try (Stream<Path> entries = Files.list(data)) {
                entries.filter(entry -> Files.exists(file(entry))).sorted().limit(INSTANCES_MAX).forEach(folders::add);
            }
            catch (IOException e) {
                throw new CommandException("Cannot read %s: %s".formatted(data, e.getMessage()), e);
            }
        }
        return folders.stream().flatMap(folder -> find(folder).stream()).toList();
    }

    /**
     * The address of a Trino server that runs on the data folder, or else that of one on the default port.
     */
    static String trino(Path data)
    {
        return "localhost:" + findAll(data).stream().flatMapToInt(running -> running.trinoPort().stream()).findFirst().orElse(TRINO_PORT);
    }

    private static Optional<Running> find(Path folder)
    {
        Path file = file(folder);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
            properties.load(reader);
            Running running = new Running(
                    Long.parseLong(properties.getProperty("process", "")),
                    properties.getProperty("warehouse", ""),
                    properties.containsKey("grpc-port")
                            ? Optional.of(new ReceiverPorts(
                            Integer.parseInt(properties.getProperty("grpc-port")),
                            Integer.parseInt(properties.getProperty("http-port", "")),
                            Optional.ofNullable(properties.getProperty("certificate")).map(Path::of)))
                            : Optional.empty(),
                    properties.containsKey("trino-port") ? OptionalInt.of(Integer.parseInt(properties.getProperty("trino-port"))) : OptionalInt.empty(),
                    Optional.ofNullable(properties.getProperty("catalog-address")),
                    programs(properties));
            return Optional.of(running).filter(found -> ProcessHandle.of(found.process()).isPresent());
        }
        catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new CommandException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static List<ProgramState> programs(Properties properties)
    {
        List<ProgramState> programs = new ArrayList<>();
        for (int index = 0; properties.containsKey("program-%s".formatted(index)); index++) {
            String prefix = "program-%s".formatted(index);
            Optional<ProgramState.End> lastEnd = properties.containsKey(prefix + ".ended")
                    ? Optional.of(new ProgramState.End(Instant.parse(properties.getProperty(prefix + ".ended")), properties.getProperty(prefix + ".reason", "")))
                    : Optional.empty();
            programs.add(new ProgramState(
                    properties.getProperty(prefix),
                    ProgramState.Phase.valueOf(properties.getProperty(prefix + ".phase", "")),
                    Integer.parseInt(properties.getProperty(prefix + ".restarts", "")),
                    lastEnd));
        }
        return programs;
    }

    Running with(List<ProgramState> states)
    {
        return new Running(process, warehouse, receiver, trinoPort, catalogAddress, states);
    }

    Running withCatalog(String address)
    {
        return new Running(process, warehouse, receiver, trinoPort, Optional.of(address), programs);
    }

    /**
     * The state of a program, if it runs here and its state was told.
     */
    Optional<ProgramState> program(String name)
    {
        return programs.stream().filter(program -> program.name().equals(name)).findFirst();
    }

    void write(Path folder)
    {
        Properties properties = new Properties();
        properties.setProperty("process", Long.toString(process));
        properties.setProperty("warehouse", warehouse);
        receiver.ifPresent(ports -> {
            properties.setProperty("grpc-port", Integer.toString(ports.grpc()));
            properties.setProperty("http-port", Integer.toString(ports.http()));
            ports.certificate().ifPresent(file -> properties.setProperty("certificate", file.toString()));
        });
        trinoPort.ifPresent(port -> properties.setProperty("trino-port", Integer.toString(port)));
        catalogAddress.ifPresent(address -> properties.setProperty("catalog-address", address));
        for (int index = 0; index < programs.size(); index++) {
            ProgramState program = programs.get(index);
            String prefix = "program-%s".formatted(index);
            properties.setProperty(prefix, program.name());
            properties.setProperty(prefix + ".phase", program.phase().name());
            properties.setProperty(prefix + ".restarts", Integer.toString(program.restarts()));
            program.lastEnd().ifPresent(end -> {
                properties.setProperty(prefix + ".ended", end.at().toString());
                properties.setProperty(prefix + ".reason", end.reason());
            });
        }
        Path file = file(folder);
        try {
            StringWriter text = new StringWriter();
            properties.store(text, "what icegate runs on this folder");
            // whoever reads it meanwhile sees the old one or the new one
            Path next = folder.resolve(NAME + ".next");
            Files.writeString(next, text.toString(), UTF_8);
            move(next, file);
        }
        catch (IOException e) {
            throw new CommandException("Cannot write %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static void move(Path from, Path to)
            throws IOException
    {
        try {
            Files.move(from, to, ATOMIC_MOVE, REPLACE_EXISTING);
        }
        catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, REPLACE_EXISTING);
        }
    }
}
