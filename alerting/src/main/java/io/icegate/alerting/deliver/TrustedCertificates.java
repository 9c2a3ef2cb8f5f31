package io.icegate.alerting.deliver;

import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Certificates that a server is trusted by, from a file in PEM. They are those of the file at the time of a handshake.
 */
final class TrustedCertificates
        extends X509ExtendedTrustManager
{
    private final Supplier<X509ExtendedTrustManager> current;

    private TrustedCertificates(Supplier<X509ExtendedTrustManager> current)
    {
        this.current = requireNonNull(current, "current is null");
    }

    /**
     * @throws IllegalArgumentException when the file holds none, or something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static SSLContext follow(Path file, FileReloads reloads)
    {
        ReloadedFiles<X509ExtendedTrustManager> trusted = reloads.watch(new ReloadedFiles<>("the certificates of %s".formatted(file), List.of(file), contents -> trustManager(contents.getFirst())));
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustedCertificates(trusted::current)}, null);
            return context;
        }
        catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java knows TLS", e);
        }
    }

    private static X509ExtendedTrustManager trustManager(byte[] content)
    {
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content));
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("it holds no certificate");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("trusted-%s".formatted(number++), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            return Arrays.stream(trust.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        }
        catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("it holds something that is no certificate in PEM", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException
    {
        current.get().checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException
    {
        current.get().checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException
    {
        current.get().checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException
    {
        current.get().checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException
    {
        current.get().checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException
    {
        current.get().checkServerTrusted(chain, authType, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers()
    {
        return current.get().getAcceptedIssuers();
    }
}
