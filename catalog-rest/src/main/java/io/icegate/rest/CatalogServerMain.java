package io.icegate.rest;

import io.icegate.server.ServerMain;

/**
 * Runs a catalog server until the process is told to stop.
 */
public final class CatalogServerMain
{
    private static final ServerMain MAIN = new ServerMain(
            """
            Usage: CatalogServerMain --config FILE
            FILE holds the settings as key=value lines, see docs/operations/catalog.md""",
            CatalogServer::bootstrap,
            CatalogServer::start);

    private CatalogServerMain() {}

    public static void main(String[] args)
    {
        MAIN.run(args);
    }
}
