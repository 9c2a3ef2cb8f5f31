package io.icegate.server;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.log.Logger;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A server that answers over HTTP, from its start to its end.
 */
public final class RunningServer
        implements AutoCloseable
{
    private static final Logger log = Logger.get(RunningServer.class);

    private final LifeCycleManager lifeCycle;
    private final HttpServerInfo http;

    private RunningServer(LifeCycleManager lifeCycle, HttpServerInfo http)
    {
        this.lifeCycle = requireNonNull(lifeCycle, "lifeCycle is null");
        this.http = requireNonNull(http, "http is null");
    }

    /**
     * Gives a server that is embedded exactly these properties, and leaves the logging of the process alone.
     */
    public static Bootstrap embedded(Bootstrap bootstrap, Map<String, String> properties)
    {
        return bootstrap
                .setRequiredConfigurationProperties(properties)
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet();
    }

    /**
     * Returns when requests are accepted.
     *
     * @param name for people, for example {@code catalog}
     * @param httpListener what its HTTP server listens for and the setting of its port
     * @throws ServerStartException with a message for people
     */
    public static RunningServer start(Bootstrap bootstrap, String name, String httpListener)
    {
        Injector injector;
        try {
            injector = bootstrap.initialize();
        }
        catch (RuntimeException e) {
            throw ServerStartException.from(name, httpListener, e);
        }
        RunningServer server = new RunningServer(injector.getInstance(LifeCycleManager.class), injector.getInstance(HttpServerInfo.class));
        log.info("IceGate %s is ready: http=%s", name, server.httpPort());
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
