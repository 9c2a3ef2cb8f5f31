package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Ports;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The options of a command that runs a REST catalog.
 */
final class CatalogOptions
{
    static final int CATALOG_PORT = 8181;
    private static final String PURPOSE = "the catalog";
    private static final String OPTION = "--catalog-port";
    /**
     * Beginnings of the keys that all servers of a data folder have in common: TLS, access and stores.
     */
    private static final List<String> SHARED = List.of("icegate.tls.", "icegate.auth.", "s3.", "client.region", "gcs.", "adls.", "icegate.azure.", "icegate.gcs.");

    @Option(names = OPTION, paramLabel = "PORT", description = "Port of the Iceberg REST catalog (default: " + CATALOG_PORT + "; 'start' does without when that is taken).")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--catalog",
            paramLabel = "KEY=VALUE",
            description = "A key of the catalog's configuration, for example icegate.rest.max-concurrent-requests=64. Can be repeated.")
    private Map<String, String> configuration = new LinkedHashMap<>();

    /**
     * The port that was chosen, to be checked beside others.
     */
    Optional<PortOptions.Choice> choice()
    {
        return port.map(chosen -> new PortOptions.Choice(chosen, PURPOSE, OPTION));
    }

    /**
     * The port to listen on, chosen or default, to be checked beside others.
     */
    PortOptions.Choice required()
    {
        return new PortOptions.Choice(port.orElse(CATALOG_PORT), PURPOSE, OPTION);
    }

    /**
     * The port that was chosen, or the default one when it is free.
     */
    OptionalInt port()
    {
        if (port.isPresent()) {
            return OptionalInt.of(port.orElseThrow());
        }
        try {
            Ports.requireFree(CATALOG_PORT, PURPOSE, OPTION);
            return OptionalInt.of(CATALOG_PORT);
        }
        catch (CommandException _) {
            System.out.println("Port %s is taken, so the catalog is not served. Choose another one with %s.".formatted(CATALOG_PORT, OPTION));
            return OptionalInt.empty();
        }
    }

    /**
     * Keys of the catalog's configuration; what {@code --catalog} says wins.
     *
     * @param shared those of TLS and of access, which all servers of a data folder have in common
     */
    Map<String, String> configuration(Map<String, String> shared)
    {
        Map<String, String> all = shared(shared);
        all.putAll(configuration);
        return all;
    }

    /**
     * Those of some keys that all servers of a data folder have in common.
     */
    static Map<String, String> shared(Map<String, String> keys)
    {
        Map<String, String> shared = new LinkedHashMap<>();
        keys.forEach((key, value) -> {
            if (SHARED.stream().anyMatch(key::startsWith)) {
                shared.put(key, value);
            }
        });
        return shared;
    }
}
