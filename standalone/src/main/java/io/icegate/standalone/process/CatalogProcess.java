package io.icegate.standalone.process;

import java.nio.file.Path;
import java.util.Map;

/**
 * The REST catalog, started by its main class and a configuration file as in production.
 */
public final class CatalogProcess
{
    public static final String NAME = "the catalog";

    /**
     * The heap holds the state of a catalog, and the requests that are being answered.
     */
    private static final ServerProcess SERVER = new ServerProcess(
            NAME,
            new ServerProcess.Module("catalog-rest", "io.icegate.rest.CatalogServerMain", "catalog"),
            "IceGate catalog is ready",
            new HeapSize(256));

    private CatalogProcess() {}

    /**
     * The configuration of a catalog on this machine.
     *
     * @param further keys that are added, or win
     */
    public static Map<String, String> configuration(String warehouse, int port, Map<String, String> further)
    {
        return ServerProcess.configuration(warehouse, Map.of("icegate.rest.http-port", Integer.toString(port)), further);
    }

    /**
     * @param data the folder for its configuration and log
     */
    public static Program program(Installation installation, Path data, int port, Map<String, String> configuration)
    {
        return SERVER.program(installation, data, port, configuration);
    }
}
