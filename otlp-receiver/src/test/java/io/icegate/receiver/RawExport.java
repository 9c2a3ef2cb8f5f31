package io.icegate.receiver;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * Unary gRPC methods whose messages are bytes, well-formed or not.
 */
public final class RawExport
{
    public static final MethodDescriptor<byte[], byte[]> LOGS = method("opentelemetry.proto.collector.logs.v1.LogsService/Export");

    private RawExport() {}

    public static MethodDescriptor<byte[], byte[]> method(String fullName)
    {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(fullName)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    /**
     * Completes with the answer, or with a {@link io.grpc.StatusRuntimeException}.
     */
    public static CompletableFuture<byte[]> export(Channel channel, CallOptions options, byte[] request)
    {
        return export(channel, LOGS, options, request);
    }

    /**
     * Completes with the answer, or with a {@link io.grpc.StatusRuntimeException}.
     */
    public static CompletableFuture<byte[]> export(Channel channel, MethodDescriptor<byte[], byte[]> method, CallOptions options, byte[] request)
    {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, new StreamObserver<>()
        {
            @Override
            public void onNext(byte[] response)
            {
                result.complete(response);
            }

            @Override
            public void onError(Throwable failure)
            {
                result.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });
        return result;
    }

    private static final class Bytes
            implements MethodDescriptor.Marshaller<byte[]>
    {
        @Override
        public InputStream stream(byte[] value)
        {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream in)
        {
            try {
                return in.readAllBytes();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
