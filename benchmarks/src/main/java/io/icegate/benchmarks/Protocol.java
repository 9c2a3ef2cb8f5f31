package io.icegate.benchmarks;

import java.util.Locale;

/**
 * How requests are sent, without compression.
 */
enum Protocol
{
    HTTP,
    GRPC;

    ExportClient connect(int grpcPort, int httpPort)
    {
        return switch (this) {
            case HTTP -> new HttpExportClient(httpPort);
            case GRPC -> new GrpcExportClient(grpcPort);
        };
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
