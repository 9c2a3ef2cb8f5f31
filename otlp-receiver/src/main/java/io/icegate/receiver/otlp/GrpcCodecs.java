package io.icegate.receiver.otlp;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Encodings of gRPC messages: those of the OpenTelemetry Collector, and the one that gRPC's C library has beside gzip.
 */
final class GrpcCodecs
{
    /**
     * gRPC's snappy is framed, and its deflate is zlib.
     */
    private static final Map<String, ContentCoding> CODINGS = Map.of(
            "gzip", ContentCoding.GZIP,
            "zstd", ContentCoding.ZSTD,
            "snappy", ContentCoding.SNAPPY_FRAMED,
            "deflate", ContentCoding.DEFLATE);
    /**
     * Names of the encodings that are served, for clients that asked for another.
     */
    static final List<String> ACCEPTED = List.of("identity", "gzip", "zstd", "snappy", "deflate");

    static final Metadata.Key<String> ACCEPT_ENCODING = Metadata.Key.of("grpc-accept-encoding", Metadata.ASCII_STRING_MARSHALLER);
    /**
     * An encoding that is not served. Never sent by a client: what a client sends under this name is dropped.
     */
    static final Metadata.Key<String> UNKNOWN_ENCODING = Metadata.Key.of("icegate-unknown-encoding", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> ENCODING = Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

    private GrpcCodecs() {}

    static DecompressorRegistry registry()
    {
        DecompressorRegistry registry = DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);
        for (Map.Entry<String, ContentCoding> coding : CODINGS.entrySet()) {
            registry = registry.with(new CodingDecompressor(coding.getKey(), coding.getValue()), true);
        }
        return registry;
    }

    /**
     * Lets calls in an unknown encoding through to the handlers: grpc-java refuses them before, without saying what it
     * accepts, which gRPC demands. A tracer is the one place that sees the headers earlier.
     */
    static ServerStreamTracer.Factory unknownEncodings()
    {
        return new ServerStreamTracer.Factory()
        {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers)
            {
                headers.discardAll(UNKNOWN_ENCODING);
                String encoding = headers.get(ENCODING);
                if (encoding != null && !encoding.equals("identity") && !CODINGS.containsKey(encoding)) {
                    headers.discardAll(ENCODING);
                    headers.put(UNKNOWN_ENCODING, encoding);
                }
                return new ServerStreamTracer() {};
            }
        };
    }

    private record CodingDecompressor(String name, ContentCoding coding)
            implements Decompressor
    {
        private CodingDecompressor
        {
            requireNonNull(name, "name is null");
            requireNonNull(coding, "coding is null");
        }

        @Override
        public String getMessageEncoding()
        {
            return name;
        }

        @Override
        public InputStream decompress(InputStream in)
                throws IOException
        {
            return coding.open(in, _ -> {});
        }
    }
}
