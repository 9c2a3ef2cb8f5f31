package io.icegate.receiver.otlp;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerConfig;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.http.server.HttpServerModule;
import io.airlift.http.server.ServerFeature;
import io.airlift.node.NodeModule;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;

import java.net.URI;
import java.util.Map;

import static com.google.inject.multibindings.Multibinder.newSetBinder;
import static io.airlift.configuration.ConfigBinder.configBinder;
import static io.airlift.http.server.HttpServerBinder.httpServerBinder;

/**
 * An HTTP server around a servlet, with what the receiver sets.
 */
final class TestingHttpServer
        implements AutoCloseable
{
    private final LifeCycleManager lifeCycle;
    private final URI uri;

    TestingHttpServer(Servlet servlet)
    {
        Injector injector = new Bootstrap(
                new NodeModule(),
                new HttpServerModule(),
                binder -> {
                    binder.bind(Servlet.class).toInstance(servlet);
                    newSetBinder(binder, Filter.class).addBinding().to(JettyAnswers.class);
                    binder.bind(OpenTelemetry.class).toInstance(OpenTelemetry.noop());
                    binder.bind(Tracer.class).toInstance(OpenTelemetry.noop().getTracer("test"));
                    configBinder(binder).bindConfigDefaults(HttpServerConfig.class, config -> config
                            .setProcessForwarded(HttpServerConfig.ProcessForwardedMode.IGNORE)
                            .setCompressionEnabled(false)
                            .setLogEnabled(false));
                    httpServerBinder(binder).withFeature(ServerFeature.VIRTUAL_THREADS);
                })
                .setRequiredConfigurationProperties(Map.of("node.environment", "test", "http-server.http.port", "0"))
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet()
                .initialize();
        lifeCycle = injector.getInstance(LifeCycleManager.class);
        uri = URI.create("http://localhost:%s".formatted(injector.getInstance(HttpServerInfo.class).getHttpUri().getPort()));
    }

    URI uri()
    {
        return uri;
    }

    @Override
    public void close()
    {
        lifeCycle.stop();
    }
}
