package io.icegate.receiver;

import com.google.inject.Inject;
import io.airlift.http.server.HttpServer;
import io.airlift.http.server.HttpServerInfo;
import io.airlift.log.Logger;
import io.icegate.receiver.ingest.LogsIngest;
import io.icegate.receiver.otlp.GrpcServer;
import jakarta.annotation.PreDestroy;

import java.io.IOException;

import static java.util.Objects.requireNonNull;

/**
 * Life of a receiver. Depends on the HTTP server so that it is stopped before that is.
 */
final class Receiver
{
    private static final Logger log = Logger.get(Receiver.class);

    private final LogsIngest logs;
    private final GrpcServer grpc;
    private final HttpServerInfo http;

    @Inject
    Receiver(LogsIngest logs, GrpcServer grpc, HttpServer httpServer, HttpServerInfo http)
    {
        this.logs = requireNonNull(logs, "logs is null");
        this.grpc = requireNonNull(grpc, "grpc is null");
        requireNonNull(httpServer, "httpServer is null");
        this.http = requireNonNull(http, "http is null");
    }

    void start()
            throws IOException
    {
        grpc.start();
        log.info("IceGate receiver is ready: grpc=%s http=%s", grpcPort(), httpPort());
    }

    int grpcPort()
    {
        return grpc.port();
    }

    int httpPort()
    {
        return http.getHttpUri().getPort();
    }

    /**
     * Refuse new requests, make durable and acknowledge what was accepted, then close.
     */
    @PreDestroy
    public void stop()
    {
        logs.target(new LogsIngest.Closed("the receiver is stopping"));
        grpc.close();
    }
}
