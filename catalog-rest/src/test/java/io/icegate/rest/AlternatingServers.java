package io.icegate.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address for several servers, which get requests in turn.
 */
final class AlternatingServers
        implements AutoCloseable
{
    /**
     * What either side of a proxy says for itself.
     */
    private static final Set<String> OF_THE_CONNECTION = Set.of("host", "connection", "content-length", "transfer-encoding", "upgrade", "http2-settings", "expect", "date");

    private final List<CatalogServer> servers;
    private final HttpServer front;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger turn = new AtomicInteger();

    AlternatingServers(List<CatalogServer> servers)
            throws IOException
    {
        this.servers = List.copyOf(servers);
        front = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        front.createContext("/", this::forward);
        front.setExecutor(threads);
        front.start();
    }

    String uri()
    {
        return "http://localhost:" + front.getAddress().getPort();
    }

    int requests()
    {
        return turn.get();
    }

    private void forward(HttpExchange exchange)
            throws IOException
    {
        try (exchange) {
            CatalogServer server = servers.get(turn.getAndIncrement() % servers.size());
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(TestingServers.uri(server) + exchange.getRequestURI()))
                    .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
            exchange.getRequestHeaders().forEach((name, values) -> {
                if (!isOfTheConnection(name)) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            response.headers().map().forEach((name, values) -> {
                if (!name.startsWith(":") && !isOfTheConnection(name)) {
                    values.forEach(value -> exchange.getResponseHeaders().add(name, value));
                }
            });
            exchange.sendResponseHeaders(response.statusCode(), response.body().length == 0 ? -1 : response.body().length);
            if (response.body().length > 0) {
                exchange.getResponseBody().write(response.body());
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static boolean isOfTheConnection(String header)
    {
        return OF_THE_CONNECTION.stream().anyMatch(header::equalsIgnoreCase);
    }

    @Override
    public void close()
    {
        front.stop(0);
        threads.close();
        client.close();
    }
}
