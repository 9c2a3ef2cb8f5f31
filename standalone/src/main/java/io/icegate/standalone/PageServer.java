package io.icegate.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.icegate.server.OperatorPages;
import io.icegate.server.OperatorPages.Page;
import io.icegate.server.OperatorPages.Viewer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the pages of a part that has no HTTP server of its own, to everybody and without TLS: they hold counts and no data.
 */
final class PageServer
        implements AutoCloseable
{
    /**
     * What asks are scrapers and health checks.
     */
    private static final int CONNECTIONS_MAX = 64;
    private static final int REQUEST_SECONDS_MAX = 10;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private PageServer(HttpServer server)
    {
        this.server = server;
    }

    /**
     * @param port 0 for any
     * @throws IOException when the port is taken
     */
    static PageServer start(int port, OperatorPages pages)
            throws IOException
    {
        // the server has no other way to be told, and is the only one in this process
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS_MAX));
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS_MAX));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(REQUEST_SECONDS_MAX));
        PageServer started = new PageServer(HttpServer.create(new InetSocketAddress(port), 0));
        started.server.createContext("/", exchange -> answer(exchange, pages));
        started.server.setExecutor(started.threads);
        started.server.start();
        return started;
    }

    int port()
    {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, OperatorPages pages)
            throws IOException
    {
        try (exchange) {
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            if (!isHead && !exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            Optional<Page> page = pages.find(exchange.getRequestURI().getPath(), Viewer.OPERATOR);
            if (page.isEmpty()) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] content = page.orElseThrow().content();
            exchange.getResponseHeaders().set("Content-Type", page.orElseThrow().contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(page.orElseThrow().status(), isHead ? -1 : content.length);
            if (!isHead) {
                exchange.getResponseBody().write(content);
            }
        }
    }

    @Override
    public void close()
    {
        server.stop(0);
        threads.close();
    }
}
