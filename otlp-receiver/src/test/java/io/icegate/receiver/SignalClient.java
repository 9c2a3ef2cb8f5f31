package io.icegate.receiver;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.icegate.receiver.otlp.OtlpStatus;
import io.icegate.receiver.signal.OtlpSignal;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests of any signal over both transports, and judges the answers as an exporter does.
 */
final class SignalClient
        implements AutoCloseable
{
    private final ManagedChannel channel;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int httpPort;

    enum Transport
    {
        GRPC,
        HTTP,
    }

    enum Kind
    {
        ACKNOWLEDGED,
        /**
         * To be sent again, and told so in the way that all exporters understand.
         */
        RETRYABLE,
        /**
         * No answer: the connection broke, or the client gave up.
         */
        SILENT,
        /**
         * An exporter drops the data, or what the answer says is not true of what was sent.
         */
        FINAL,
    }

    record Answer(Kind kind, String text)
    {
        private static Answer full(byte[] response)
        {
            return response.length == 0 ? new Answer(Kind.ACKNOWLEDGED, "") : new Answer(Kind.FINAL, "partial success");
        }
    }

    SignalClient(int grpcPort, int httpPort)
    {
        this.channel = NettyChannelBuilder.forAddress("localhost", grpcPort).usePlaintext().build();
        this.httpPort = httpPort;
    }

    Answer send(OtlpSignal signal, byte[] request, Transport transport, Duration deadline)
            throws InterruptedException
    {
        return switch (transport) {
            case GRPC -> export(signal, request, deadline);
            case HTTP -> post(signal, request, deadline);
        };
    }

    private Answer export(OtlpSignal signal, byte[] request, Duration deadline)
            throws InterruptedException
    {
        try {
            return Answer.full(RawExport.export(channel, RawExport.method(signal.service() + "/Export"), CallOptions.DEFAULT.withDeadlineAfter(deadline), request)
                    .get(deadline.toMillis() * 2, TimeUnit.MILLISECONDS));
        }
        catch (ExecutionException e) {
            return e.getCause() instanceof StatusRuntimeException failure ? judge(failure) : new Answer(Kind.SILENT, e.toString());
        }
        catch (TimeoutException e) {
            return new Answer(Kind.SILENT, e.toString());
        }
    }

    private static Answer judge(StatusRuntimeException failure)
    {
        Status status = failure.getStatus();
        Metadata trailers = failure.getTrailers();
        byte[] details = trailers == null ? null : trailers.get(OtlpStatus.DETAILS_KEY);
        Kind kind = switch (status.getCode()) {
            // without our details it is the channel that says so
            case UNAVAILABLE -> details == null ? Kind.SILENT : isRetryable(details) ? Kind.RETRYABLE : Kind.FINAL;
            case RESOURCE_EXHAUSTED -> details != null && isRetryable(details) ? Kind.RETRYABLE : Kind.FINAL;
            case CANCELLED, DEADLINE_EXCEEDED -> Kind.SILENT;
            default -> Kind.FINAL;
        };
        return new Answer(kind, "%s: %s".formatted(status.getCode(), status.getDescription()));
    }

    private static boolean isRetryable(byte[] details)
    {
        try {
            for (Any detail : com.google.rpc.Status.parseFrom(details).getDetailsList()) {
                if (detail.is(RetryInfo.class)) {
                    return true;
                }
            }
            return false;
        }
        catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private Answer post(OtlpSignal signal, byte[] request, Duration deadline)
            throws InterruptedException
    {
        HttpResponse<byte[]> response;
        try {
            response = http.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(httpPort, signal.path())))
                            .header("Content-Type", "application/x-protobuf")
                            .timeout(deadline)
                            .POST(BodyPublishers.ofByteArray(request))
                            .build(),
                    BodyHandlers.ofByteArray());
        }
        catch (IOException e) {
            return new Answer(Kind.SILENT, e.toString());
        }
        boolean told = response.headers().firstValue("Retry-After").isPresent();
        return switch (response.statusCode()) {
            case 200 -> Answer.full(response.body());
            case 429, 503 -> new Answer(told ? Kind.RETRYABLE : Kind.FINAL, text(response));
            default -> new Answer(Kind.FINAL, text(response));
        };
    }

    private static String text(HttpResponse<byte[]> response)
    {
        try {
            return "%s: %s".formatted(response.statusCode(), com.google.rpc.Status.parseFrom(response.body()).getMessage());
        }
        catch (InvalidProtocolBufferException e) {
            return "%s with a body that is no status".formatted(response.statusCode());
        }
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
        http.shutdownNow();
    }
}
