package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import static java.util.Objects.requireNonNull;

/**
 * OTLP over HTTP, protobuf.
 */
final class HttpExportClient
        implements ExportClient
{
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI uri;

    HttpExportClient(Payload payload, int port)
    {
        this(URI.create("http://localhost:%s%s".formatted(port, payload.path())));
    }

    HttpExportClient(URI uri)
    {
        this.uri = requireNonNull(uri, "uri is null");
    }

    @Override
    public boolean export(byte[] request)
            throws InterruptedException
    {
        HttpRequest post = HttpRequest.newBuilder(uri)
                .timeout(REQUEST_LIMIT)
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                .build();
        int status;
        try {
            status = client.send(post, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
        catch (IOException e) {
            return false;
        }
        return switch (status) {
            case 200 -> true;
            case 429, 503 -> false;
            default -> throw new CommandException("The benchmark is invalid: a request was refused: HTTP status " + status);
        };
    }

    @Override
    public void close()
    {
        client.close();
    }
}
