package io.icegate.receiver;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerModule;
import io.airlift.node.NodeModule;
import io.icegate.server.ServerStartException;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * A running receiver, to be embedded.
 */
public final class ReceiverServer
        implements AutoCloseable
{
    private static final String HTTP_LISTENER = "OTLP/HTTP on the port of icegate.otlp.http-port";

    private final LifeCycleManager lifeCycle;
    private final Receiver receiver;

    private ReceiverServer(LifeCycleManager lifeCycle, Receiver receiver)
    {
        this.lifeCycle = requireNonNull(lifeCycle, "lifeCycle is null");
        this.receiver = requireNonNull(receiver, "receiver is null");
    }

    /**
     * Starts a receiver with exactly these properties and leaves the logging of the process alone. Returns when requests
     * are accepted.
     *
     * @throws ServerStartException with a message for people
     */
    public static ReceiverServer start(Map<String, String> properties)
    {
        return start(bootstrap()
                .setRequiredConfigurationProperties(properties)
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet());
    }

    static Bootstrap bootstrap()
    {
        return new Bootstrap("icegate-receiver", new NodeModule(), new HttpServerModule(), new ReceiverModule());
    }

    static ReceiverServer start(Bootstrap bootstrap)
    {
        Injector injector;
        try {
            injector = bootstrap.initialize();
        }
        catch (RuntimeException e) {
            throw ServerStartException.from("receiver", HTTP_LISTENER, e);
        }
        ReceiverServer server = new ReceiverServer(injector.getInstance(LifeCycleManager.class), injector.getInstance(Receiver.class));
        try {
            server.receiver.start();
        }
        catch (Exception e) {
            server.close();
            throw ServerStartException.from("receiver", HTTP_LISTENER, e);
        }
        return server;
    }

    /**
     * The bound port of OTLP/gRPC.
     */
    public int grpcPort()
    {
        return receiver.grpcPort();
    }

    /**
     * The bound port of OTLP/HTTP.
     */
    public int httpPort()
    {
        return receiver.httpPort();
    }

    /**
     * Stops gracefully: refuses new requests, makes durable and acknowledges what was accepted, closes. More than once is
     * fine.
     */
    @Override
    public void close()
    {
        lifeCycle.stop();
    }
}
