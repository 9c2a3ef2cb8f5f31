package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * A stock Trino server with the IceGate plugin, started from the configuration in {@code docker/trino}.
 */
public final class TrinoProcess
{
    public static final String NAME = "Trino";

    private TrinoProcess() {}

    /**
     * A server on a warehouse.
     *
     * @param further variables beside those of this process
     */
    public static Program program(Installation installation, Path data, int port, String warehouse, Map<String, String> further, HeapSize heap)
    {
        return new Program(
                NAME,
                () -> start(installation, data, port, warehouse, StoreEnvironment.with(further), heap),
                http -> ready(http, port));
    }

    /**
     * Starts the server. It is ready only when {@link #ready} says so.
     *
     * @param data the folder for its log, its plugin folder, and its temporary files, also what queries spill
     * @param environment what the catalog files of the configuration take from the environment
     */
    private static ChildProcess start(Installation installation, Path data, int port, String warehouse, Map<String, String> environment, HeapSize heap)
    {
        requireNonNull(data, "data is null");
        Path configuration = installation.trinoConfiguration();
        try {
            Path trino = Files.createDirectories(data.resolve("trino"));
            List<String> options = new ArrayList<>(Files.readAllLines(configuration.resolve("jvm.config"), UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList());
            options.addAll(heap.options());
            options.add("-Dnode.environment=standalone");
            options.add("-Dnode.id=standalone");
            options.add("-Dnode.internal-address=localhost");
            options.add("-Dnode.data-dir=" + trino);
            options.add("-Dconfig=" + configuration.resolve("config.properties"));
            options.add("-Dlog.levels-file=" + configuration.resolve("log.properties"));
            Map<String, String> all = new HashMap<>(environment);
            all.put("CLASSPATH", installation.classPath("standalone/trino-server") + File.pathSeparator + installation.supervisor());
            all.put("TRINO_PORT", Integer.toString(port));
            TrinoCatalogs catalogs = TrinoCatalogs.of(warehouse, System.getenv());
            all.put("TRINO_CATALOG_DIR", catalogs.prepare(configuration.resolve("catalog"), trino.resolve("catalog")).toString());
            all.putAll(catalogs.variables());
            all.put("TRINO_SPILL_DIR", Files.createDirectories(trino.resolve("spill")).toString());
            all.put("ICEGATE_WAREHOUSE", warehouse);
            all.put("TRINO_PLUGIN_DIR", pluginFolder(trino, installation.trinoPlugin()).toString());
            ChildProcess server = ChildProcess.start(
                    NAME,
                    new JavaCommand(options, "io.icegate.trino.server.TrinoServer", List.of()).commandLine(),
                    all,
                    trino,
                    data.resolve("log").resolve("trino.log"));
            server.offerToMemoryKiller();
            return server;
        }
        catch (IOException e) {
            throw new CommandException("Cannot start Trino: " + e, e);
        }
    }

    /**
     * Opens a connection to a server, given as {@code host:port}. Its current schema holds the signal tables.
     */
    public static Connection connect(String server)
            throws SQLException
    {
        Properties properties = new Properties();
        properties.setProperty("user", System.getProperty("user.name", "icegate"));
        return DriverManager.getConnection("jdbc:trino://%s/icegate/%s".formatted(server, StackSettings.NAMESPACE), properties);
    }

    /**
     * Whether the server answers queries.
     */
    public static boolean ready(Http http, int port)
    {
        return http.get("http://localhost:%s/v1/info".formatted(port))
                .map(body -> body.contains("\"starting\":false"))
                .orElse(false);
    }

    private static Path pluginFolder(Path trino, Path plugin)
            throws IOException
    {
        Path folder = Files.createDirectories(trino.resolve("plugin"));
        Path link = folder.resolve("icegate");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, plugin);
        return folder;
    }
}
