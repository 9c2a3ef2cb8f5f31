package io.icegate.receiver.events;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.http.server.HttpServerModule;
import io.airlift.node.NodeModule;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.icegate.objectstore.Warehouse;
import io.icegate.receiver.Deadlines;
import io.icegate.receiver.RawExport;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.commit.CommitLoop;
import io.icegate.receiver.commit.CommitMetrics;
import io.icegate.receiver.commit.CommitPace;
import io.icegate.receiver.commit.OpenWarehouse;
import io.icegate.receiver.commit.RoundSignal;
import io.icegate.receiver.commit.TableSession;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.BatchIds;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.IngestMetrics;
import io.icegate.receiver.ingest.RecentBatches;
import io.icegate.receiver.ingest.Repetitions;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.otlp.Cors;
import io.icegate.receiver.otlp.GrpcServer;
import io.icegate.receiver.otlp.OtlpServlet;
import io.icegate.receiver.otlp.RefusalLog;
import io.icegate.server.OperatorPages;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.read.LiveSegment;
import io.icegate.warehouse.Warehouses;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Servlet;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the seam is one. A signal of three columns goes from requests in both protocols through receiver, segment, live read
 * and commit; what it takes is a shape, a batch, column writers and a record decoder, beside this test, and nothing else.
 */
final class TestNewSignal
{
    private static final Namespace NAMESPACE = Namespace.of("otel");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long NOW = Instant.now().getEpochSecond() * 1_000_000_000L;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final WalEnvironment environment = WalEnvironment.system(executor);
    private final Warehouse warehouse = Warehouses.open("memory:" + UUID.randomUUID(), Map.of());
    private final OpenWarehouse open = OpenWarehouse.open(warehouse, new ParquetSegmentCodec(), environment);
    private final Admission admission = new Admission(10_000_000);
    private final SignalIngest ingest = new SignalIngest(Events.SIGNAL.name(), admission, new TenantQuotas(TenantQuotas.Limits.NONE, admission.budgetBytes(), System::nanoTime), new Random(1), IngestMetrics.NONE);
    private final AccessControl access = AccessControl.open(new TenantHeader("X-Scope-OrgID", Optional.of("acme")));

    @AfterEach
    void close()
    {
        executor.shutdownNow();
    }

    @Test
    void testFromRequestToCommit()
            throws Exception
    {
        CommitLoop withoutCommits = loop(new CommitConfig().setEnabled(false));
        withoutCommits.start();
        byte[] request = Events.request(Events.event(NOW, "one"), Events.event(NOW + 1_000, "two"));
        exportByGrpc(request);
        exportByGrpc(request); // a repetition
        exportByHttp(
                """
                {"resourceEvents": [{"scopeEvents": [{"events": [{"timeUnixNano": "%s", "text": "three"}]}]}]}
                """.formatted(NOW + 2_000));
        assertThat(live()).containsExactlyInAnyOrder("acme 0 one", "acme 1 two", "acme 2 three");
        assertThat(committed()).isEmpty();
        withoutCommits.stop();

        CommitLoop committing = loop(new CommitConfig());
        committing.start();
        Deadlines.eventually("all is committed", () -> live().isEmpty());
        assertThat(committed()).containsExactlyInAnyOrder("acme 0 one", "acme 1 two", "acme 2 three");
        committing.stop();
        assertThat(table().spec().fields()).extracting("name").containsExactly("tenant_id", "timestamp_day");
    }

    private CommitLoop loop(CommitConfig commits)
    {
        RoundSignal signal = new RoundSignal();
        Repetitions repetitions = new Repetitions(new BatchIds(7, environment.random()), new RecentBatches(Duration.ofMinutes(15), 1_000, environment.nanoTime()), true);
        TableSession session = new TableSession(
                open,
                new TableSession.Route(ingest, new OtlpRequestDecoder(Events.REQUEST, EventRecordDecoder::new, DecodeLimits.DEFAULT, InstantSource.system()), repetitions, Events.SHAPE),
                new TableSession.Settings(NAMESPACE, new IngestConfig().batcherSettings(false), commits.options(), CommitPace.each(Duration.ofMillis(50)), "localhost", "test"),
                new TableSession.Observers(IngestMetrics.NONE, CommitMetrics.NONE),
                signal);
        return new CommitLoop(List.of(session), Duration.ofMillis(50), signal, open);
    }

    private void exportByGrpc(byte[] request)
            throws Exception
    {
        GrpcServer.Settings settings = new GrpcServer.Settings(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000_000, GrpcServer.KEEP_ALIVE_MIN, Duration.ofMinutes(1), PATIENCE);
        try (GrpcServer server = new GrpcServer(settings, Map.of(Events.SIGNAL, ingest), access, admission, new RefusalLog(System::nanoTime, IngestMetrics.NONE))) {
            server.start();
            server.serving(true);
            ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.port()).usePlaintext().build();
            try {
                MethodDescriptor<byte[], byte[]> export = RawExport.method(Events.SIGNAL.service() + "/Export");
                assertThat(ClientCalls.blockingUnaryCall(channel, export, CallOptions.DEFAULT, request)).as("full success").isEmpty();
            }
            finally {
                channel.shutdownNow();
            }
        }
    }

    private void exportByHttp(String json)
            throws Exception
    {
        OtlpServlet servlet = new OtlpServlet(
                Map.of(Events.SIGNAL, ingest),
                access,
                admission,
                new OperatorPages(() -> new OperatorPages.Readiness(true, List.of()), new PrometheusRegistry(), () -> new byte[0]),
                new RefusalLog(System::nanoTime, IngestMetrics.NONE),
                new OtlpServlet.Settings("", 1_000_000, 1_000_000, PATIENCE, Cors.Settings.OFF));
        Injector injector = new Bootstrap(
                new NodeModule(),
                new HttpServerModule(),
                binder -> {
                    binder.bind(Servlet.class).toInstance(servlet);
                    binder.bind(OpenTelemetry.class).toInstance(OpenTelemetry.noop());
                    binder.bind(Tracer.class).toInstance(OpenTelemetry.noop().getTracer("test"));
                })
                .setRequiredConfigurationProperties(Map.of("node.environment", "test", "http-server.http.port", "0", "http-server.log.enabled", "false"))
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet()
                .initialize();
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://localhost:%s%s".formatted(injector.getInstance(HttpServerInfo.class).getHttpUri().getPort(), Events.SIGNAL.path()));
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(uri).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
        finally {
            injector.getInstance(LifeCycleManager.class).stop();
        }
    }

    private Table table()
    {
        return open.catalog().loadTable(TableIdentifier.of(NAMESPACE, Events.SHAPE.name()));
    }

    private List<String> live()
            throws IOException
    {
        Table table = table();
        List<String> rows = new ArrayList<>();
        for (LiveSegment segment : open.wal().tail(((BaseTable) table).operations().current()).segments()) {
            for (Record row : SegmentRows.read(warehouse.store().get(segment.key().objectKey()).orElseThrow().content(), table.schema())) {
                rows.add(text(row));
            }
        }
        return rows;
    }

    private List<String> committed()
            throws IOException
    {
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(table()).build()) {
            records.forEach(row -> rows.add(text(row)));
        }
        return rows;
    }

    private static String text(Record row)
    {
        Instant time = ((OffsetDateTime) row.getField("timestamp")).toInstant();
        return "%s %s %s".formatted(row.getField("tenant_id"), Duration.between(Instant.ofEpochSecond(NOW / 1_000_000_000L), time).toNanos() / 1_000, row.getField("text"));
    }
}
