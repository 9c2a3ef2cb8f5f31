package io.icegate.tests;

import io.icegate.standalone.process.Ports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What {@code --secure} prints is what an exporter needs, and all that it needs.
 */
final class TestSecureReceiver
{
    private static final String LOGS = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"hello\"}}]}]}]}";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void testPrintedSettings()
            throws Exception
    {
        List<Integer> ports = Ports.free(2);
        List<String> arguments = List.of(
                "receiver", "--secure", "--data", "it's data", "--grpc-port", Integer.toString(ports.get(0)), "--http-port", Integer.toString(ports.get(1)), "--receiver-memory", "256MB");
        try (IceGateScript receiver = IceGateScript.start(folder, Map.of(), arguments)) {
            receiver.awaitOutput("More keys:");
            Map<String, String> settings = settings(receiver.output());
            assertThat(settings.keySet()).containsExactlyInAnyOrder("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_HEADERS");
            String[] header = requireNonNull(settings.get("OTEL_EXPORTER_OTLP_HEADERS")).split("=", 2);
            String endpoint = requireNonNull(settings.get("OTEL_EXPORTER_OTLP_ENDPOINT"));
            assertThat(endpoint).isEqualTo("https://localhost:%s".formatted(ports.get(1)));
            try (HttpClient exporter = HttpClient.newBuilder().sslContext(trusting(Path.of(requireNonNull(settings.get("OTEL_EXPORTER_OTLP_CERTIFICATE"))))).build();
                    HttpClient anybody = HttpClient.newHttpClient()) {
                assertThat(exporter.send(logs(endpoint).header(header[0], header[1]).build(), HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
                assertThat(exporter.send(logs(endpoint).build(), HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(401);
                assertThatThrownBy(() -> anybody.send(logs(endpoint).header(header[0], header[1]).build(), HttpResponse.BodyHandlers.discarding())).isInstanceOf(IOException.class);
            }
            try (IceGateScript status = IceGateScript.run(folder, "status", "--data", "it's data")) {
                assertThat(status.output()).containsPattern("OTLP/HTTP +\\| ready +\\| %s ".formatted(endpoint));
            }
            assertThat(receiver.output()).doesNotContain(header[1]);
            Path log = folder.resolve("it's data/receiver-%s/log/receiver.log".formatted(ports.get(1)));
            assertThat(Files.readString(log)).contains("UNAUTHENTICATED").doesNotContain(header[1], "hello");
        }
    }

    /**
     * What a shell makes of the lines that begin with {@code export}.
     */
    private Map<String, String> settings(String output)
            throws Exception
    {
        String script = output.lines().filter(line -> line.strip().startsWith("export ")).collect(Collectors.joining("\n")) + "\nenv | grep '^OTEL_EXPORTER_OTLP'";
        Process shell = new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        String printed = new String(shell.getInputStream().readAllBytes(), UTF_8);
        assertThat(shell.waitFor()).as(printed).isZero();
        return printed.lines().map(line -> line.split("=", 2)).collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static HttpRequest.Builder logs(String endpoint)
    {
        return HttpRequest.newBuilder(URI.create(endpoint + "/v1/logs")).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(LOGS));
    }

    private static SSLContext trusting(Path certificate)
            throws Exception
    {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            store.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
