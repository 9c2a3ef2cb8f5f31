package io.icegate.rest;

import io.airlift.bootstrap.Bootstrap;
import io.airlift.http.server.HttpServerModule;
import io.airlift.node.NodeModule;
import io.icegate.server.RunningServer;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A running catalog server, to be embedded.
 */
public final class CatalogServer
        implements AutoCloseable
{
    private static final String HTTP_LISTENER = "the catalog on the port of icegate.rest.http-port";

    private final RunningServer running;

    private CatalogServer(RunningServer running)
    {
        this.running = requireNonNull(running, "running is null");
    }

    /**
     * Starts a server with exactly these properties and leaves the logging of the process alone. Returns when requests are
     * accepted.
     *
     * @throws io.icegate.server.ServerStartException with a message for people
     */
    public static CatalogServer start(Map<String, String> properties)
    {
        return start(RunningServer.embedded(bootstrap(), properties));
    }

    static Bootstrap bootstrap()
    {
        return new Bootstrap("icegate-catalog", new NodeModule(), new HttpServerModule(), new CatalogServerModule());
    }

    static CatalogServer start(Bootstrap bootstrap)
    {
        return new CatalogServer(RunningServer.start(bootstrap, "catalog", HTTP_LISTENER));
    }

    public int httpPort()
    {
        return running.httpPort();
    }

    /**
     * Stops gracefully: answers what was accepted, closes. More than once is fine.
     */
    @Override
    public void close()
    {
        running.close();
    }
}
