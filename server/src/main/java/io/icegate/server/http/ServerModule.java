package io.icegate.server.http;

import com.google.inject.Binder;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import io.airlift.configuration.AbstractConfigurationAwareModule;
import io.airlift.http.server.HttpConfig;
import io.airlift.http.server.HttpServerConfig;
import io.airlift.http.server.ServerFeature;
import io.airlift.node.NodeConfig;
import io.airlift.units.Duration;
import io.icegate.server.StoreConfig;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import io.icegate.server.tls.TlsConfig;
import io.icegate.server.tls.TlsMaterial;
import io.icegate.server.tls.TlsModule;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.time.InstantSource;
import java.util.Optional;

import static io.airlift.configuration.ConfigBinder.configBinder;
import static io.airlift.http.server.HttpServerBinder.httpServerBinder;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * What every server has: its store, who may come in, and HTTP on one port, with TLS where a certificate is configured.
 */
public final class ServerModule
        extends AbstractConfigurationAwareModule
{
    private final int httpPort;

    /**
     * @param httpPort of HTTP, or of HTTPS instead; 0 takes a free one
     */
    public ServerModule(int httpPort)
    {
        this.httpPort = httpPort;
    }

    @Override
    protected void setup(Binder binder)
    {
        configBinder(binder).bindConfig(StoreConfig.class);
        configBinder(binder).bindConfig(AccessConfig.class);
        buildConfigObject(TlsConfig.class).getCertificateFile().ifPresent(file -> install(new TlsModule(httpPort, file)));
        configBinder(binder).bindConfigDefaults(NodeConfig.class, config -> config.setEnvironment("icegate"));
        configBinder(binder).bindConfigDefaults(HttpConfig.class, config -> config.setHttpPort(httpPort));
        configBinder(binder).bindConfigDefaults(HttpServerConfig.class, config -> config
                .setProcessForwarded(HttpServerConfig.ProcessForwardedMode.IGNORE)
                .setCompressionEnabled(false)
                .setStopTimeout(new Duration(30, SECONDS))
                .setShowStackTrace(false)
                .setLogEnabled(false));
        httpServerBinder(binder).withFeature(ServerFeature.VIRTUAL_THREADS);

        // Airlift's server asks for both
        binder.bind(OpenTelemetry.class).toInstance(OpenTelemetry.noop());
        binder.bind(Tracer.class).toInstance(OpenTelemetry.noop().getTracer("icegate"));
        binder.bind(InstantSource.class).toInstance(InstantSource.system());
        binder.bind(PrometheusRegistry.class).toInstance(new PrometheusRegistry());
        binder.bind(FileReloads.class).in(Scopes.SINGLETON);
    }

    @Provides
    @Singleton
    static Optional<ReloadedFiles<TlsMaterial>> tlsMaterial(TlsConfig tls, FileReloads reloads)
    {
        return tls.material(reloads);
    }
}
