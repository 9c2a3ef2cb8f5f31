package io.icegate.server.tls;

import io.airlift.security.pem.PemReader;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

/**
 * A certificate with its key, and the authorities whose clients are trusted.
 *
 * @param certificates the server's own first, then those that signed it
 * @param clientAuthorities empty when clients need no certificate
 */
public record TlsMaterial(List<X509Certificate> certificates, PrivateKey privateKey, List<X509Certificate> clientAuthorities)
{
    private static final char[] NO_PASSWORD = {};

    public TlsMaterial
    {
        certificates = List.copyOf(certificates);
        clientAuthorities = List.copyOf(clientAuthorities);
        requireNonNull(privateKey, "privateKey is null");
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("there is no certificate");
        }
        if (!isPair(certificates.getFirst(), privateKey)) {
            throw new IllegalArgumentException("the private key is not that of the certificate");
        }
    }

    /**
     * Reads PEM files.
     *
     * @param files certificates, private key and, where clients need a certificate, their authorities
     * @throws IllegalArgumentException when they cannot be used; the message holds nothing of them
     */
    static TlsMaterial read(List<byte[]> files)
    {
        return new TlsMaterial(
                certificates("certificate", files.get(0)),
                privateKey(files.get(1)),
                files.size() > 2 ? certificates("certificate of an authority", files.get(2)) : List.of());
    }

    private static List<X509Certificate> certificates(String what, byte[] file)
    {
        try {
            List<X509Certificate> certificates = PemReader.readCertificateChain(new String(file, ISO_8859_1));
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("there is no %s in PEM".formatted(what));
            }
            return certificates;
        }
        catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a %s cannot be read".formatted(what), e);
        }
    }

    private static PrivateKey privateKey(byte[] file)
    {
        try {
            return PemReader.loadPrivateKey(new String(file, ISO_8859_1), Optional.empty());
        }
        catch (GeneralSecurityException | IOException | RuntimeException _) {
            // the cause may tell of the content
            throw new IllegalArgumentException("there is no private key in PEM, without password, that can be read");
        }
    }

    private static boolean isPair(X509Certificate certificate, PrivateKey privateKey)
    {
        try {
            String algorithm = switch (privateKey.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> privateKey.getAlgorithm();
            };
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            return signature.verify(signed);
        }
        catch (GeneralSecurityException _) {
            return false;
        }
    }

    public boolean isClientCertificateNeeded()
    {
        return !clientAuthorities.isEmpty();
    }

    /**
     * The certificates and the key, as Java's TLS takes them, with an empty password.
     */
    public KeyStore keyStore()
    {
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry("server", privateKey, NO_PASSWORD, certificates.toArray(Certificate[]::new));
            return store;
        }
        catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Cannot create a key store", e);
        }
    }

    /**
     * The authorities, as Java's TLS takes them.
     */
    public KeyStore trustStore()
    {
        try {
            KeyStore store = emptyStore();
            for (int index = 0; index < clientAuthorities.size(); index++) {
                store.setCertificateEntry("client-authority-%s".formatted(index), clientAuthorities.get(index));
            }
            return store;
        }
        catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Cannot create a trust store", e);
        }
    }

    private static KeyStore emptyStore()
            throws GeneralSecurityException, IOException
    {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }
}
