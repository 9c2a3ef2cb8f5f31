package io.icegate.alerting.deliver;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/**
 * Certificates that a server is trusted by, from a file in PEM.
 */
final class TrustedCertificates
{
    private TrustedCertificates() {}

    /**
     * @throws IllegalArgumentException when the file holds none, or something else
     * @throws UncheckedIOException when it cannot be read
     */
    static SSLContext read(Path file)
    {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("Cannot use %s: it holds no certificate".formatted(file));
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("trusted-%s".formatted(number++), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s".formatted(file), e);
        }
        catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("Cannot use %s: it holds something that is no certificate in PEM".formatted(file), e);
        }
    }
}
