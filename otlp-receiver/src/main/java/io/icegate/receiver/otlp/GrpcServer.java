package io.icegate.receiver.otlp;

import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.access.AccessControl;
import io.icegate.server.reload.ReloadedFiles;
import io.icegate.server.tls.TlsMaterial;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * OTLP over gRPC, with the standard health service.
 */
public final class GrpcServer
        implements AutoCloseable
{
    /**
     * Shortest ping interval that we accept, with or without active calls. Clients ping every 10 s or more; we allow 5 s
     * because a few early pings would close the connection.
     */
    public static final Duration KEEP_ALIVE_MIN = Duration.ofSeconds(5);

    /**
     * Calls at the same time on one connection. What a connection may cost is bounded, and clients that pipeline are served.
     */
    public static final int CALLS_PER_CONNECTION_MAX = 1_000;
    /**
     * Names and values of the headers of a call, as grpc-java has it.
     */
    static final int HEADER_BYTES_MAX = 8 * 1024;

    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 * 1024 * 1024;

    private final Set<OtlpSignal> served;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;

    /**
     * @param requestBytesMax after decompression
     * @param keepAliveMin shortest time between two pings of a client
     * @param tls without it connections are in plain text
     */
    public record Settings(InetSocketAddress address, int requestBytesMax, Duration keepAliveMin, Duration connectionAge, Duration ackDeadline, Optional<ReloadedFiles<TlsMaterial>> tls)
    {
        public Settings
        {
            requireNonNull(address, "address is null");
            requireNonNull(keepAliveMin, "keepAliveMin is null");
            requireNonNull(connectionAge, "connectionAge is null");
            requireNonNull(ackDeadline, "ackDeadline is null");
            requireNonNull(tls, "tls is null");
        }

        /**
         * Settings of a server without TLS.
         */
        public Settings(InetSocketAddress address, int requestBytesMax, Duration keepAliveMin, Duration connectionAge, Duration ackDeadline)
        {
            this(address, requestBytesMax, keepAliveMin, connectionAge, ackDeadline, Optional.empty());
        }
    }

    /**
     * Knows no method, and tells of each that is asked for. The server answers UNIMPLEMENTED.
     */
    private static final class UnknownMethods
            extends HandlerRegistry
    {
        private final RefusalLog refusals;

        private UnknownMethods(RefusalLog refusals)
        {
            this.refusals = refusals;
        }

        @Override
        public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String method, @Nullable String authority)
        {
            refusals.unserved(OtlpStatus.from(new RefusedException(Refusal.UNKNOWN_SERVICE, "Cannot find gRPC method %s".formatted(method)), 0));
            return null;
        }
    }

    /**
     * @param handlers of the signals that are served; all others are refused
     */
    public GrpcServer(Settings settings, Map<OtlpSignal, ExportHandler> handlers, AccessControl access, Admission admission, RefusalLog refusals)
    {
        served = Set.copyOf(handlers.keySet());
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
        RawRequest.Marshaller marshaller = new RawRequest.Marshaller(admission, settings.requestBytesMax());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(settings.address())
                .executor(executor)
                .maxInboundMessageSize(settings.requestBytesMax())
                .maxInboundMetadataSize(HEADER_BYTES_MAX)
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                .permitKeepAliveTime(settings.keepAliveMin().toMillis(), MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxConnectionAge(settings.connectionAge().toMillis(), MILLISECONDS)
                .maxConnectionAgeGrace(settings.ackDeadline().multipliedBy(2).toMillis(), MILLISECONDS)
                .decompressorRegistry(GrpcCodecs.registry())
                .addStreamTracerFactory(GrpcCodecs.unknownEncodings())
                .addService(health.getHealthService());
        settings.tls().ifPresent(material -> builder.sslContext(new ReloadingSslContext(material)));
        handlers.forEach((signal, handler) -> builder.addService(export(signal, marshaller, new GrpcExport(signal, handler, access, admission, refusals, settings.ackDeadline()))));
        String names = OtlpSignal.ALL.stream().filter(handlers::containsKey).map(OtlpSignal::name).collect(Collectors.joining(", "));
        OtlpSignal.ALL.stream()
                .filter(signal -> !handlers.containsKey(signal))
                .forEach(signal -> builder.addService(export(signal, marshaller, unserved(signal, names, refusals))));
        builder.fallbackHandlerRegistry(new UnknownMethods(refusals));
        this.server = builder.build();
    }

    public void start()
            throws IOException
    {
        server.start();
    }

    public int port()
    {
        return server.getPort();
    }

    public void serving(boolean serving)
    {
        ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        served.forEach(signal -> health.setStatus(signal.service(), status));
    }

    /**
     * No new connections and calls; running calls go on.
     */
    public void refuseNew()
    {
        serving(false);
        server.shutdown();
    }

    /**
     * Waits for running calls, then closes.
     */
    public void close(Duration patience)
            throws InterruptedException
    {
        server.shutdown();
        if (!server.awaitTermination(patience.toMillis(), MILLISECONDS)) {
            server.shutdownNow();
        }
        executor.shutdown();
    }

    @Override
    public void close()
    {
        server.shutdownNow();
        executor.shutdown();
    }

    private static ServerServiceDefinition export(OtlpSignal signal, RawRequest.Marshaller marshaller, ServerCallHandler<RawRequest, byte[]> handler)
    {
        MethodDescriptor<RawRequest, byte[]> method = MethodDescriptor.<RawRequest, byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(signal.service(), "Export"))
                .setRequestMarshaller(marshaller)
                .setResponseMarshaller(new RawRequest.ResponseMarshaller())
                .build();
        return ServerServiceDefinition.builder(signal.service()).addMethod(method, handler).build();
    }

    private static ServerCallHandler<RawRequest, byte[]> unserved(OtlpSignal signal, String served, RefusalLog refusals)
    {
        return (call, _) -> {
            OtlpStatus status = OtlpStatus.from(new RefusedException(Refusal.UNKNOWN_SERVICE, "Cannot accept %s: this version of IceGate receives %s only".formatted(signal.name(), served)), 0);
            refusals.unserved(status);
            call.close(status.grpcStatus(), status.grpcTrailers());
            return new io.grpc.ServerCall.Listener<>() {};
        };
    }
}
