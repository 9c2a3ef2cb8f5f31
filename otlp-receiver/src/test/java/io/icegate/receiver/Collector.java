package io.icegate.receiver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import static io.icegate.receiver.Deadlines.eventually;

/**
 * A running OpenTelemetry Collector. Whatever it receives it sends with each of its exporters, each under a tenant of its own.
 */
public final class Collector
        implements AutoCloseable
{
    private final Process process;
    private final URI grpc;

    /**
     * @param tenant whose name tells the exporters apart
     * @param settings further lines of its configuration, such as the compression
     */
    public record Exporter(String tenant, boolean overHttp, URI endpoint, List<String> settings)
    {
        public Exporter
        {
            settings = List.copyOf(settings);
        }

        private String name()
        {
            return "%s/%s".formatted(overHttp ? "otlp_http" : "otlp_grpc", tenant);
        }

        private String yaml()
        {
            return """
                     %s:
                       endpoint: %s
                       headers: {X-Scope-OrgID: %s}
                       tls: {insecure: true}
                       retry_on_failure: {initial_interval: 1s}
                   %s
                   """.formatted(name(), overHttp ? endpoint : endpoint.getAuthority(), tenant, settings.stream().map(line -> "    " + line).collect(Collectors.joining("\n")));
        }
    }

    private Collector(Process process, URI grpc)
    {
        this.process = process;
        this.grpc = grpc;
    }

    public static Collector start(List<Exporter> exporters)
            throws Exception
    {
        RealClient client = RealClient.collector();
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String names = exporters.stream().map(Exporter::name).collect(Collectors.joining(", "));
        Path config = Files.writeString(client.folder().resolve("config-%s.yaml".formatted(port)),
                """
                receivers:
                  otlp:
                    protocols:
                      grpc: {endpoint: "localhost:%s"}
                exporters:
                %s
                service:
                  telemetry:
                    metrics: {level: none}
                  pipelines:
                    logs: {receivers: [otlp], exporters: [%2$s]}
                    traces: {receivers: [otlp], exporters: [%2$s]}
                    metrics: {receivers: [otlp], exporters: [%2$s]}
                """.replace("[%2$s]", "[" + names + "]").formatted(port, exporters.stream().map(Exporter::yaml).collect(Collectors.joining())));
        Process process = client.start(client.folder().resolve("collector-%s.log".formatted(port)), List.of("--config", config.toString()));
        Collector collector = new Collector(process, URI.create("http://localhost:%s".formatted(port)));
        eventually("the Collector listens, see " + client.folder(), () -> !process.isAlive() || listens(port));
        return collector;
    }

    private static boolean listens(int port)
    {
        try (Socket _ = new Socket(InetAddress.getByName("localhost"), port)) {
            return true;
        }
        catch (IOException _) {
            return false;
        }
    }

    public URI grpc()
    {
        return grpc;
    }

    @Override
    public void close()
    {
        process.destroy();
        process.onExit().join();
    }
}
