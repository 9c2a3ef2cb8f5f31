package io.icegate.rest;

import io.icegate.catalog.Deadline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * A catalog server in a process of its own, which can be killed, and started again at the same address.
 */
final class CatalogServerProcess
        implements AutoCloseable
{
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final Path configuration;
    private final Path output;
    private final String uri;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER_MAX).build();
    private Process process;

    private CatalogServerProcess(Path configuration, Path output, String uri)
            throws IOException
    {
        this.configuration = requireNonNull(configuration, "configuration is null");
        this.output = requireNonNull(output, "output is null");
        this.uri = requireNonNull(uri, "uri is null");
        process = launch();
    }

    /**
     * Does not wait until it serves.
     *
     * @param folder for its configuration and what it prints
     * @param warehouse location and store, as the embedded catalog takes them
     */
    static CatalogServerProcess start(Path folder, String name, Map<String, String> warehouse)
            throws IOException
    {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, String> properties = new HashMap<>(TestingServers.serverProperties(warehouse));
        properties.put("icegate.rest.http-port", Integer.toString(port));
        Path configuration = folder.resolve(name + ".properties");
        Files.writeString(configuration, properties.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue() + "\n").collect(Collectors.joining()));
        return new CatalogServerProcess(configuration, folder.resolve(name + ".log"), "http://localhost:" + port);
    }

    private Process launch()
            throws IOException
    {
        return new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CatalogServerMain.class.getName(),
                "--config",
                configuration.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    String uri()
    {
        return uri;
    }

    /**
     * Waits until it is ready; one that could not start, because its store failed, is started again.
     */
    void awaitReady()
    {
        Deadline.await(() -> {
            try {
                if (!process.isAlive()) {
                    process = launch();
                }
                return isReady();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private boolean isReady()
    {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(uri + "/ready")).timeout(ANSWER_MAX).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        }
        catch (IOException _) {
            return false;
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * As {@code kill -9} does, and starts it again.
     */
    void killAndStartAgain()
            throws IOException, InterruptedException
    {
        process.destroyForcibly().waitFor();
        process = launch();
    }

    @Override
    public void close()
    {
        process.destroyForcibly().onExit().join();
        http.close();
    }
}
