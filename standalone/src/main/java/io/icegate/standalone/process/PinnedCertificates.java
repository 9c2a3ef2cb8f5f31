package io.icegate.standalone.process;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Set;

/**
 * Trusts a server that has the certificate of a file, whatever name it is for and whoever signed it: the file is that of our own child.
 */
final class PinnedCertificates
        extends X509ExtendedTrustManager
{
    private final Set<Certificate> trusted;

    private PinnedCertificates(Set<Certificate> trusted)
    {
        this.trusted = trusted;
    }

    /**
     * @param file in PEM
     */
    static SSLContext context(Path file)
            throws IOException
    {
        try (InputStream in = Files.newInputStream(file)) {
            Set<Certificate> trusted = Set.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new PinnedCertificates(trusted)}, null);
            return context;
        }
        catch (GeneralSecurityException e) {
            throw new IOException("Cannot read certificate %s".formatted(file), e);
        }
    }

    private void check(X509Certificate[] chain)
            throws CertificateException
    {
        if (!trusted.contains(chain[0])) {
            throw new CertificateException("it is another certificate");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException
    {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException
    {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException
    {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException
    {
        throw new CertificateException("this is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException
    {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException
    {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers()
    {
        return new X509Certificate[0];
    }
}
