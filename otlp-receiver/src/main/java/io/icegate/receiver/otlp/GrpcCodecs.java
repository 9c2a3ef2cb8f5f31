package io.icegate.receiver.otlp;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;

import java.io.IOException;
import java.io.InputStream;

import static java.util.Objects.requireNonNull;

/**
 * Encodings of gRPC messages, each with a guard against decompression bombs.
 */
final class GrpcCodecs
{
    private GrpcCodecs() {}

    static DecompressorRegistry registry()
    {
        return DecompressorRegistry.emptyInstance()
                .with(Codec.Identity.NONE, false)
                .with(new Guarded("gzip", RatioGuard::gunzip), true)
                .with(new Guarded("zstd", in -> RatioGuard.open(in, ZstdInputStreamNoFinalizer::new)), true);
    }

    private record Guarded(String name, RatioGuard.Decompression decompression)
            implements Decompressor
    {
        private Guarded
        {
            requireNonNull(name, "name is null");
            requireNonNull(decompression, "decompression is null");
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
            return decompression.open(in);
        }
    }
}
