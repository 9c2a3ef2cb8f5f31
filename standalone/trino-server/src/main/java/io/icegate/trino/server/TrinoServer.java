package io.icegate.trino.server;

import io.trino.server.Server;

/**
 * Starts the stock Trino server: the launcher of its distribution is not published to Maven Central, its server class is.
 * All configuration comes from the system properties of that launcher ({@code config}, {@code node.id}, …).
 */
public final class TrinoServer
{
    /**
     * The version the plugin is built for, and that the server announces.
     */
    private static final String TRINO_VERSION = "483";

    private TrinoServer() {}

    static void main()
    {
        new Server().start(TRINO_VERSION);
    }
}
