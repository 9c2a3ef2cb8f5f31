package io.icegate.standalone.process;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks the programs on this machine for their state over HTTP.
 */
public final class Http
        implements Closeable
{
    /**
     * Time limit of a request. A program that is down refuses the connection at once; a busy one may need long.
     */
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

    /**
     * Returns the body of a successful answer, and empty when the answer is another one or does not come.
     */
    public Optional<String> get(String uri)
    {
        return get(client, uri);
    }

    /**
     * Like {@link #get(String)}, from a server that has the certificate of a file, as the file is now.
     */
    public Optional<String> get(String uri, Path certificate)
    {
        try (HttpClient pinned = HttpClient.newBuilder().sslContext(PinnedCertificates.context(certificate)).version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build()) {
            return get(pinned, uri);
        }
        catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> get(HttpClient client, String uri)
    {
        try {
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(URI.create(uri)).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        }
        catch (IOException _) {
            return Optional.empty();
        }
        catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close()
    {
        client.shutdownNow();
    }
}
