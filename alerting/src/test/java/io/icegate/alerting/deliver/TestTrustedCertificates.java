package io.icegate.alerting.deliver;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.icegate.server.reload.FileReloads;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTrustedCertificates
{
    private static final char[] PASSWORD = "password".toCharArray();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder = Path.of("");

    /**
     * A receiver gets another certificate, and the file with it.
     */
    @Test
    void testCertificateChanges()
            throws Exception
    {
        KeyStore first = certificate("first");
        KeyStore second = certificate("second");
        Path trusted = Files.writeString(folder.resolve("trusted.pem"), pem(first));
        HttpsServer old = serve(first);
        HttpsServer renewed = serve(second);
        try (FileReloads reloads = new FileReloads();
                HttpPosts posts = new HttpPosts(LIMIT, SystemDefaultDnsResolver.INSTANCE, Optional.of(TrustedCertificates.follow(trusted, reloads)), InstantSource.system())) {
            assertThat(posts.post(uri(old), Map.of(), new byte[1]).status()).isEqualTo(200);
            assertThatThrownBy(() -> posts.post(uri(renewed), Map.of(), new byte[1])).isInstanceOf(IOException.class).hasMessageContaining("certification path");
            Files.writeString(trusted, pem(second));
            Instant limit = Instant.now().plus(LIMIT);
            while (!isTrusted(posts, renewed)) {
                assertThat(Instant.now()).isBefore(limit);
                Thread.sleep(100);
            }
        }
        finally {
            old.stop(0);
            renewed.stop(0);
        }
    }

    @Test
    void testWhatIsNoCertificate()
            throws Exception
    {
        Path file = Files.writeString(folder.resolve("trusted.pem"), "");
        try (FileReloads reloads = new FileReloads()) {
            assertThatThrownBy(() -> TrustedCertificates.follow(file, reloads)).isInstanceOf(IllegalArgumentException.class).hasMessage("Cannot use the certificates of %s: it holds no certificate", file);
            Files.writeString(file, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
            assertThatThrownBy(() -> TrustedCertificates.follow(file, reloads))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot use the certificates of %s: it holds something that is no certificate in PEM", file);
        }
    }

    private static boolean isTrusted(HttpPosts posts, HttpsServer server)
    {
        try {
            return posts.post(uri(server), Map.of(), new byte[1]).status() == 200;
        }
        catch (IOException _) {
            return false;
        }
    }

    private static URI uri(HttpsServer server)
    {
        return URI.create("https://127.0.0.1:%s/".formatted(server.getAddress().getPort()));
    }

    private KeyStore certificate(String name)
            throws Exception
    {
        Path file = folder.resolve(name + ".p12");
        int exit = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=IP:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(exit).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static String pem(KeyStore store)
            throws Exception
    {
        return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(store.getCertificate("server").getEncoded()));
    }

    private static HttpsServer serve(KeyStore store)
            throws Exception
    {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
