package io.icegate.objectstore.gcs;

import com.sun.net.httpserver.HttpServer;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A 404 that does not say what is missing. Emulators send nothing else; with credentials it may be anybody's on the way, such as a
 * proxy's, and to believe it would hide data.
 */
final class TestBareAnswers
{
    private static final ObjectKey KEY = new ObjectKey("a/b");

    private HttpServer server;

    @BeforeEach
    void start()
            throws IOException
    {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = "Not Found".getBytes(UTF_8);
            exchange.sendResponseHeaders(404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop()
    {
        server.stop(0);
    }

    @Test
    void testEmulator()
            throws IOException
    {
        try (ObjectStore store = open(GcsProperties.NO_AUTH, "true")) {
            assertThat(store.get(KEY)).isEmpty();
        }
    }

    @Test
    void testWithCredentials()
            throws IOException
    {
        try (ObjectStore store = open(GcsProperties.TOKEN, "secret")) {
            assertThatThrownBy(() -> store.get(KEY)).isInstanceOf(IOException.class).hasMessageContaining("404");
        }
    }

    private ObjectStore open(String key, String value)
    {
        return GcsObjectStore.open("lake", "wh", Map.of(GcsProperties.ENDPOINT, "http://localhost:" + server.getAddress().getPort(), key, value));
    }
}
