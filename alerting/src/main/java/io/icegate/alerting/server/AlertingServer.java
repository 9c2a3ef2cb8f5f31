package io.icegate.alerting.server;

import io.airlift.bootstrap.Bootstrap;
import io.airlift.http.server.HttpServerModule;
import io.airlift.node.NodeModule;
import io.icegate.server.RunningServer;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A running evaluator, to be embedded.
 */
public final class AlertingServer
        implements AutoCloseable
{
    private static final String HTTP_LISTENER = "the API on the port of icegate.alerting.http-port";

    private final RunningServer running;

    private AlertingServer(RunningServer running)
    {
        this.running = requireNonNull(running, "running is null");
    }

    /**
     * Starts a server with exactly these properties and leaves the logging of the process alone. Returns when requests are
     * accepted.
     *
     * @throws io.icegate.server.ServerStartException with a message for people
     */
    public static AlertingServer start(Map<String, String> properties)
    {
        return start(RunningServer.embedded(bootstrap(), properties));
    }

    static Bootstrap bootstrap()
    {
        return new Bootstrap("icegate-alerting", new NodeModule(), new HttpServerModule(), new AlertingModule());
    }

    static AlertingServer start(Bootstrap bootstrap)
    {
        return new AlertingServer(RunningServer.start(bootstrap, "alerting", HTTP_LISTENER));
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
