package io.icegate.rest;

import io.airlift.bootstrap.Bootstrap;
import io.airlift.configuration.ConfigurationLoader;
import io.airlift.log.Logger;
import io.icegate.server.ServerStartException;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs a catalog server until the process is told to stop. The configuration comes from {@code --config FILE} or
 * {@code -Dconfig=FILE}; a system property with the name of a setting wins over the file.
 */
public final class CatalogServerMain
{
    /**
     * The server could not start.
     */
    public static final int EXIT_START_FAILED = 1;
    /**
     * The command line or the configuration is wrong.
     */
    public static final int EXIT_WRONG_CONFIGURATION = 2;

    private static final Logger log = Logger.get(CatalogServerMain.class);
    private static final String USAGE =
            """
            Usage: CatalogServerMain --config FILE
            FILE holds the settings as key=value lines, see docs/operations/catalog.md""";

    private CatalogServerMain() {}

    public static void main(String[] args)
    {
        if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
            System.out.println(USAGE);
            return;
        }
        PrintStream console = System.err; // logging takes System.err over
        try {
            CatalogServer.start(configured(args));
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

    private static Bootstrap configured(String[] args)
    {
        Bootstrap bootstrap = CatalogServer.bootstrap();
        switch (args.length) {
            case 0 -> {
                return bootstrap;
            }
            case 2 -> {
                if (args[0].equals("--config")) {
                    return bootstrap.setRequiredConfigurationProperties(load(Path.of(args[1])));
                }
            }
            default -> {}
        }
        throw exit(EXIT_WRONG_CONFIGURATION, USAGE);
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
