package io.icegate.server.tls;

import io.icegate.server.reload.ReloadedFiles;
import org.eclipse.jetty.util.ssl.SslContextFactory;

import java.util.List;

/**
 * TLS of Jetty with the certificates that are in force when a client connects. Takes the place of Airlift's, which wants certificate and
 * key in one file and would leave gRPC with other rules.
 */
public final class JettyTls
{
    public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private JettyTls() {}

    public static SslContextFactory.Server factory(ReloadedFiles<TlsMaterial> material)
    {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setIncludeProtocols(PROTOCOLS.toArray(String[]::new));
        factory.setRenegotiationAllowed(false);
        apply(factory, material.current());
        material.onChange(changed -> reload(factory, changed));
        return factory;
    }

    private static void reload(SslContextFactory.Server factory, TlsMaterial changed)
    {
        try {
            factory.reload(_ -> apply(factory, changed));
        }
        catch (Exception e) {
            throw new IllegalArgumentException("the HTTP server cannot use them", e);
        }
    }

    private static void apply(SslContextFactory.Server factory, TlsMaterial material)
    {
        factory.setKeyStore(material.keyStore());
        factory.setKeyStorePassword("");
        factory.setTrustStore(material.trustStore());
        factory.setTrustStorePassword("");
        factory.setNeedClientAuth(material.isClientCertificateNeeded());
    }
}
