package io.icegate.receiver;

import io.icegate.receiver.ClientRecords.Client;
import io.icegate.receiver.Collector.Exporter;
import io.icegate.receiver.signal.OtlpSignal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static io.icegate.receiver.Deadlines.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records of all signals from the exporters of several languages, over every transport and encoding that they offer: the rows hold
 * what was sent. Clients that the machine cannot install are left out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
final class TestRealClients
{
    private static final List<String> TABLES = List.of("logs", "spans", "metrics");

    private final TestingReceiver receiver = new TestingReceiver(Map.of("icegate.commit.enabled", "false"));
    private final URI grpc = URI.create("http://localhost:%s".formatted(receiver.grpcPort()));
    private final URI http = URI.create("http://localhost:%s".formatted(receiver.httpPort()));
    private final Instant second = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant start = second.plusNanos(123_456_789);
    private final Instant end = second.plusSeconds(1).plusNanos(1);

    @AfterAll
    void stop()
    {
        receiver.close();
    }

    @Test
    void testJava()
            throws Exception
    {
        JavaSender sender = new JavaSender(start, end, grpc, http);
        List<String> tenants = new ArrayList<>();
        for (boolean overHttp : List.of(true, false)) {
            for (String compression : List.of("none", "gzip")) {
                String tenant = "java-%s-%s".formatted(overHttp, compression);
                sender.send(overHttp, compression, tenant);
                tenants.add(tenant);
            }
        }
        for (Map.Entry<OtlpSignal, byte[]> request : sender.json().entrySet()) {
            HttpRequest.Builder post = HttpRequest.newBuilder(http.resolve(request.getKey().path())).header("Content-Type", "application/json").header("X-Scope-OrgID", "java-json");
            assertThat(receiver.client().send(post.POST(HttpRequest.BodyPublishers.ofByteArray(request.getValue()))).statusCode()).isEqualTo(200);
        }
        verify(tenants, new ClientRecords(Client.JAVA, false, start, end));
        verify(List.of("java-json"), new ClientRecords(Client.JAVA, true, start, end));
    }

    @Test
    void testJavaScript()
            throws Exception
    {
        send(RealClient.javaScript(), "javascript 0.301", List.of("none", "gzip"), 3, "js");
        verify(List.of("js-grpc-none", "js-grpc-gzip", "js-protobuf-none", "js-protobuf-gzip"), new ClientRecords(Client.JAVASCRIPT, false, start, end));
        verify(List.of("js-json-none", "js-json-gzip"), new ClientRecords(Client.JAVASCRIPT, true, start, end));
    }

    @Test
    void testPython()
            throws Exception
    {
        send(RealClient.python(), "python 1.45", List.of("none", "gzip", "deflate"), 2, "py");
        verify(List.of("py-grpc-none", "py-grpc-gzip", "py-grpc-deflate", "py-protobuf-none", "py-protobuf-gzip", "py-protobuf-deflate"), new ClientRecords(Client.PYTHON, false, start, end));
    }

    /**
     * The Collector sends on what the Java SDK sends it.
     */
    @Test
    void testCollector()
            throws Exception
    {
        List<Exporter> exporters = new ArrayList<>();
        for (String compression : List.of("none", "gzip", "snappy", "zstd")) {
            exporters.add(new Exporter("col-grpc-" + compression, false, grpc, List.of("compression: " + compression)));
        }
        for (String encoding : List.of("proto", "json")) {
            for (String compression : List.of("none", "gzip", "zlib", "deflate", "snappy", "x-snappy-framed", "zstd", "lz4")) {
                exporters.add(new Exporter("col-%s-%s".formatted(encoding, compression), true, http, List.of("compression: " + compression, "encoding: " + encoding)));
            }
        }
        List<String> tenants = exporters.stream().map(Exporter::tenant).toList();
        try (Collector collector = Collector.start(exporters)) {
            new JavaSender(start, end, collector.grpc(), http).send(false, "none", "java-collector");
            for (String table : TABLES) {
                eventually("rows of all in " + table, () -> RowText.byTenant(receiver.warehouse(), table).keySet().containsAll(tenants));
            }
        }
        verify(tenants, new ClientRecords(Client.JAVA, false, start, end));
    }

    /**
     * @param name as requests are counted under
     */
    private void send(RealClient client, String name, List<String> compressions, int transports, String prefix)
            throws Exception
    {
        List<String> sent = client.send(grpc, http, second, compressions, List.of(prefix));
        assertThat(sent).hasSize(compressions.size() * transports * TABLES.size()).allMatch(export -> export.endsWith(" ok"));
        for (OtlpSignal signal : OtlpSignal.ALL) {
            assertThat(receiver.client().page("/metrics").body()).contains("icegate_ingest_requests_total{client=\"%s\",signal=\"%s\"} %s.0".formatted(name, signal.name(), compressions.size() * transports));
        }
    }

    /**
     * The rows of each of these tenants are what the client sent.
     */
    private void verify(List<String> tenants, ClientRecords sent)
            throws Exception
    {
        for (String table : TABLES) {
            Map<String, List<String>> rows = RowText.byTenant(receiver.warehouse(), table);
            for (String tenant : tenants) {
                assertThat(rows).as(table).containsKey(tenant);
                assertThat(requireNonNull(rows.get(tenant)).stream().map(sent::told)).as("%s of %s", table, tenant).containsExactlyInAnyOrderElementsOf(sent.of(table));
            }
        }
    }
}
