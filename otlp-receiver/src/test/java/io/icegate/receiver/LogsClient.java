package io.icegate.receiver;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends raw requests.
 */
final class LogsClient
        implements AutoCloseable
{
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final ManagedChannel channel;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int httpPort;

    LogsClient(int grpcPort, int httpPort)
    {
        this.channel = NettyChannelBuilder.forAddress("localhost", grpcPort).usePlaintext().build();
        this.httpPort = httpPort;
    }

    static LogsClient of(ReceiverServer server)
    {
        return new LogsClient(server.grpcPort(), server.httpPort());
    }

    /**
     * A request with one record per body text, as an exporter builds it.
     */
    static byte[] request(Collection<String> bodies)
    {
        return request(bodies, Instant.now());
    }

    static byte[] request(Collection<String> bodies, Instant time)
    {
        ScopeLogs.Builder scope = ScopeLogs.newBuilder();
        for (String body : bodies) {
            scope.addLogRecords(LogRecord.newBuilder()
                    .setTimeUnixNano(time.getEpochSecond() * 1_000_000_000L + time.getNano())
                    .setBody(AnyValue.newBuilder().setStringValue(body)));
        }
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(KeyValue.newBuilder()
                                .setKey("service.name")
                                .setValue(AnyValue.newBuilder().setStringValue("test"))))
                        .addScopeLogs(scope))
                .build()
                .toByteArray();
    }

    ExportLogsServiceResponse export(String... bodies)
    {
        return export(request(List.of(bodies)));
    }

    ExportLogsServiceResponse export(byte[] request)
    {
        return export(request, new Metadata());
    }

    ExportLogsServiceResponse export(byte[] request, Metadata headers)
    {
        return export(request, headers, CallOptions.DEFAULT);
    }

    ExportLogsServiceResponse export(byte[] request, Metadata headers, CallOptions options)
    {
        Channel withHeaders = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        return parse(ClientCalls.blockingUnaryCall(withHeaders, RawExport.LOGS, options.withDeadlineAfter(PATIENCE), request));
    }

    /**
     * False when the request is to be sent again.
     */
    boolean isAcknowledged(byte[] request)
    {
        try {
            export(request);
            return true;
        }
        catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            return false;
        }
    }

    CompletableFuture<ExportLogsServiceResponse> exportAsync(byte[] request, Duration deadline)
    {
        return RawExport.export(channel, CallOptions.DEFAULT.withDeadlineAfter(deadline), request).thenApply(LogsClient::parse);
    }

    HttpResponse<byte[]> post(String contentType, byte[] body)
            throws IOException, InterruptedException
    {
        return send(post(body).header("Content-Type", contentType));
    }

    /**
     * A request to be completed, without any header.
     */
    HttpRequest.Builder post(byte[] body)
    {
        return HttpRequest.newBuilder(URI.create("http://localhost:%s/v1/logs".formatted(httpPort))).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws IOException, InterruptedException
    {
        return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<String> page(String path)
            throws IOException, InterruptedException
    {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(httpPort, path))).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
        http.shutdownNow();
    }

    private static ExportLogsServiceResponse parse(byte[] response)
    {
        try {
            return ExportLogsServiceResponse.parseFrom(response);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
