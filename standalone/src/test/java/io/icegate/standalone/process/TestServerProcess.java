package io.icegate.standalone.process;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

final class TestServerProcess
{
    private static final ServerProcess SERVER = new ServerProcess("the catalog", new ServerProcess.Module("catalog-rest", "Main", "catalog"), "IceGate catalog is ready", new HeapSize(64));

    /**
     * Two starts at one moment find the same port free. One gets it, and must not answer for the other.
     */
    @Test
    void testAnotherServerOnThePortIsNotOurs(@TempDir Path folder)
            throws IOException
    {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        other.start();
        try (Http http = new Http()) {
            Path log = folder.resolve("catalog.log");
            int port = other.getAddress().getPort();
            assertThat(SERVER.ready(http, port, Optional.empty(), log)).as("no log yet").isFalse();
            Files.writeString(log, "2026-11-28 INFO Bootstrapping\n");
            assertThat(SERVER.ready(http, port, Optional.empty(), log)).isFalse();
            Files.writeString(log, "2026-11-28 INFO Bootstrapping\n2026-11-28 INFO main io.icegate.rest.CatalogServer IceGate catalog is ready: http=%s\n".formatted(port));
            assertThat(SERVER.ready(http, port, Optional.empty(), log)).isTrue();
        }
        finally {
            other.stop(0);
        }
    }
}
