package io.icegate.tests;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that sends one record after the other over OTLP/HTTP and never sends one again, so that each is stored once at most.
 */
final class Load
        implements Closeable
{
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final String REQUEST =
            """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"%s"}}]}]}]}
            """;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build();
    private final URI uri;
    private final String prefix;
    private final Thread thread = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    /**
     * Whether these are stored is not known.
     */
    private final Queue<String> unanswered = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    private Load(int httpPort, String prefix)
    {
        uri = URI.create("http://localhost:%s/v1/logs".formatted(httpPort));
        this.prefix = prefix;
    }

    /**
     * @param prefix what the bodies of the records begin with
     */
    static Load start(int httpPort, String prefix)
    {
        Load load = new Load(httpPort, prefix);
        load.thread.start();
        return load;
    }

    int acknowledged()
    {
        return acknowledged.size();
    }

    int unanswered()
    {
        return unanswered.size();
    }

    /**
     * Waits for the acknowledgement of some more records.
     */
    void awaitMore(int records)
            throws Exception
    {
        int wanted = acknowledged() + records;
        Deadline.await(() -> "%s of %s records acknowledged, %s unanswered".formatted(acknowledged(), wanted, unanswered()), IceGateScript.LIMIT, () -> acknowledged() >= wanted);
    }

    /**
     * Checks, once it is closed, that SQL has every acknowledged record, none twice, and none that was not sent.
     */
    void assertStored(Connection connection)
            throws SQLException
    {
        List<String> stored = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT body FROM logs WHERE body LIKE '%s %%'".formatted(prefix))) {
            while (rows.next()) {
                stored.add(rows.getString(1));
            }
        }
        assertThat(stored).doesNotHaveDuplicates().containsAll(acknowledged);
        stored.removeAll(acknowledged);
        assertThat(unanswered).containsAll(stored);
    }

    @Override
    public void close()
            throws IOException
    {
        stopped = true;
        try {
            thread.join();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot wait for the last record", e);
        }
        client.close();
    }

    private void run()
    {
        for (int index = 0; !stopped; index++) {
            String body = "%s %s".formatted(prefix, index);
            (sent(body) ? acknowledged : unanswered).add(body);
            LockSupport.parkNanos(INTERVAL.toNanos());
        }
    }

    private boolean sent(String body)
    {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofMinutes(1))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(REQUEST.formatted(body)))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        }
        catch (IOException _) {
            return false;
        }
        catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the load", e);
        }
    }
}
