package io.icegate.server.tls;

import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.Singleton;
import com.google.inject.multibindings.ProvidesIntoOptional;
import io.airlift.http.server.HttpServerConfig;
import io.airlift.http.server.HttpsConfig;
import io.icegate.server.reload.ReloadedFiles;
import org.eclipse.jetty.util.ssl.SslContextFactory;

import java.nio.file.Path;
import java.util.Optional;

import static io.airlift.configuration.ConfigBinder.configBinder;
import static java.util.Objects.requireNonNull;

/**
 * Lets the HTTP server speak TLS, and nothing else, on its port.
 */
public final class TlsModule
        implements Module
{
    private final int port;
    private final Path certificateFile;

    public TlsModule(int port, Path certificateFile)
    {
        this.port = port;
        this.certificateFile = requireNonNull(certificateFile, "certificateFile is null");
    }

    @Override
    public void configure(Binder binder)
    {
        configBinder(binder).bindConfigDefaults(HttpServerConfig.class, config -> config.setHttpEnabled(false).setHttpsEnabled(true));
        // Airlift's module does not bind it, since it asks before defaults are known
        configBinder(binder).bindConfig(HttpsConfig.class);
        // Airlift asks for a key store; it does not open it, since we bind what it would make of it
        configBinder(binder).bindConfigDefaults(HttpsConfig.class, config -> config.setHttpsPort(port).setKeystorePath(certificateFile.toString()));
    }

    @ProvidesIntoOptional(ProvidesIntoOptional.Type.ACTUAL)
    @Singleton
    static SslContextFactory.Server sslContextFactory(Optional<ReloadedFiles<TlsMaterial>> material)
    {
        return JettyTls.factory(material.orElseThrow());
    }
}
