package io.icegate.standalone.telemetry;

/**
 * How an application sends its records.
 */
public enum Protocol
{
    GRPC,
    GRPC_GZIP,
    HTTP,
    HTTP_GZIP,
}
