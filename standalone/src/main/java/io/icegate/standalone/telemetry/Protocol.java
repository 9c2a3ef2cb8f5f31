package io.icegate.standalone.telemetry;

/**
 * How an application sends its records.
 */
public enum Protocol
{
    GRPC("none"),
    GRPC_GZIP("gzip"),
    HTTP("none"),
    HTTP_GZIP("gzip");

    private final String compression;

    Protocol(String compression)
    {
        this.compression = compression;
    }

    String compression()
    {
        return compression;
    }
}
