package io.icegate.benchmarks;

import java.util.Locale;

/**
 * How requests are sent, without compression.
 */
enum Protocol
{
    HTTP,
    GRPC;

    ExportClient connect(Payload payload, int grpcPort, int httpPort)
    {
        return switch (this) {
            case HTTP -> new HttpExportClient(payload, httpPort);
            case GRPC -> new GrpcExportClient(payload, grpcPort);
        };
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
