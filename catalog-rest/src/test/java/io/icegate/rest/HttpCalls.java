package io.icegate.rest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/**
 * Plain requests, as a client of any language sends them.
 */
final class HttpCalls
        implements AutoCloseable
{
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HttpResponse<String> get(CatalogServer server, String path)
            throws IOException, InterruptedException
    {
        return send(server, "GET", path, "", Map.of());
    }

    HttpResponse<String> post(CatalogServer server, String path, String body)
            throws IOException, InterruptedException
    {
        return send(server, "POST", path, body, Map.of());
    }

    HttpResponse<String> send(CatalogServer server, String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException
    {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(TestingServers.uri(server) + path))
                .method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close()
    {
        client.close();
    }
}
