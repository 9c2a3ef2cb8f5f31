package io.icegate.server;

import io.airlift.bootstrap.Bootstrap;
import io.airlift.configuration.ConfigurationLoader;
import io.airlift.log.Logger;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * The command line of a server that runs until the process is told to stop. The configuration comes from {@code --config FILE} or
 * {@code -Dconfig=FILE}; a system property with the name of a setting wins over the file.
 *
 * @param usage what {@code --help} prints
 * @param bootstrap of the server, without a configuration
 * @param server starts it, and returns when it serves; fails with {@link ServerStartException}
 */
public record ServerMain(String usage, Supplier<Bootstrap> bootstrap, Consumer<Bootstrap> server)
{
    /**
     * The server could not start.
     */
    public static final int EXIT_START_FAILED = 1;
    /**
     * The command line or the configuration is wrong.
     */
    public static final int EXIT_WRONG_CONFIGURATION = 2;

    private static final Logger log = Logger.get(ServerMain.class);

    public ServerMain
    {
        requireNonNull(usage, "usage is null");
        requireNonNull(bootstrap, "bootstrap is null");
        requireNonNull(server, "server is null");
    }

    /**
     * Ends the process when the server cannot start.
     */
    public void run(String[] args)
    {
        if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
            System.out.println(usage);
            return;
        }
        PrintStream console = System.err; // logging takes System.err over
        try {
            server.accept(configured(args));
        }
        catch (ServerStartException e) {
            log.debug(e, "Cannot start");
            console.println(e.getMessage());
            System.exit(e.isConfiguration() ? EXIT_WRONG_CONFIGURATION : EXIT_START_FAILED);
        }
        catch (RuntimeException | Error e) {
            // as the JVM tells it, but threads of servers that run already would keep a process alive that serves nothing
            console.print("Exception in thread \"main\" ");
            e.printStackTrace(console);
            System.exit(EXIT_START_FAILED);
        }
    }

    private Bootstrap configured(String[] args)
    {
        Bootstrap unconfigured = bootstrap.get();
        switch (args.length) {
            case 0 -> {
                return unconfigured;
            }
            case 2 -> {
                if (args[0].equals("--config")) {
                    return unconfigured.setRequiredConfigurationProperties(load(Path.of(args[1])));
                }
            }
            default -> {}
        }
        throw exit(EXIT_WRONG_CONFIGURATION, usage);
    }

    private static Map<String, String> load(Path file)
    {
        if (!Files.isReadable(file)) {
            throw exit(EXIT_WRONG_CONFIGURATION, "Cannot read configuration file %s".formatted(file));
        }
        try {
            return ConfigurationLoader.loadPropertiesFrom(file.toString());
        }
        catch (IOException e) {
            throw exit(EXIT_WRONG_CONFIGURATION, "Cannot read configuration file %s: %s".formatted(file, e.getMessage()));
        }
    }

    private static IllegalStateException exit(int code, String message)
    {
        System.err.println(message);
        System.exit(code);
        return new IllegalStateException("The process has ended");
    }
}
