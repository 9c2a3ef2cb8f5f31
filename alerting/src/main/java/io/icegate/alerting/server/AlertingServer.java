package io.icegate.alerting.server;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.http.server.HttpServerModule;
import io.airlift.log.Logger;
import io.airlift.node.NodeModule;
import io.icegate.server.ServerStartException;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A running evaluator, to be embedded.
 */
public final class AlertingServer
        implements AutoCloseable
{
    private static final Logger log = Logger.get(AlertingServer.class);
    private static final String HTTP_LISTENER = "the API on the port of icegate.alerting.http-port";

    private final LifeCycleManager lifeCycle;
    private final HttpServerInfo http;

    private AlertingServer(LifeCycleManager lifeCycle, HttpServerInfo http)
    {
        this.lifeCycle = requireNonNull(lifeCycle, "lifeCycle is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Starts a server with exactly these properties and leaves the logging of the process alone. Returns when requests are
     * accepted.
     *
     * @throws ServerStartException with a message for people
     */
    public static AlertingServer start(Map<String, String> properties)
    {
        return start(bootstrap()
                .setRequiredConfigurationProperties(properties)
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet());
    }

    static Bootstrap bootstrap()
    {
        return new Bootstrap("icegate-alerting", new NodeModule(), new HttpServerModule(), new AlertingModule());
    }

    static AlertingServer start(Bootstrap bootstrap)
    {
        Injector injector;
        try {
            injector = bootstrap.initialize();
        }
        catch (RuntimeException e) {
            throw ServerStartException.from("alerting", HTTP_LISTENER, e);
        }
        AlertingServer server = new AlertingServer(injector.getInstance(LifeCycleManager.class), injector.getInstance(HttpServerInfo.class));
        log.info("IceGate alerting is ready: http=%s", server.httpPort());
        return server;
    }

    public int httpPort()
    {
        return uri().getPort();
    }

    private URI uri()
    {
        return Optional.ofNullable(http.getHttpsUri()).orElseGet(http::getHttpUri);
    }

    /**
     * Stops gracefully: answers what was accepted, closes. More than once is fine.
     */
    @Override
    public void close()
    {
        lifeCycle.stop();
    }
}
