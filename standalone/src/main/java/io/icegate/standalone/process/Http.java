package io.icegate.standalone.process;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks the programs on this machine how they are.
 */
public final class Http
        implements Closeable
{
    /**
     * A program that is down is known at once: the connection is refused. One that is busy is not down.
     */
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

    /**
     * The body of a successful answer; empty for every other answer, and for none.
     */
    public Optional<String> get(String uri)
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
