package io.icegate.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.icegate.standalone.console.CommandException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * OTLP over gRPC, one connection.
 */
final class GrpcExportClient
        implements ExportClient
{
    private final MethodDescriptor<byte[], byte[]> export;
    private final ManagedChannel channel;

    GrpcExportClient(Payload payload, int port)
    {
        this.export = MethodDescriptor.newBuilder(new BytesMarshaller(), new BytesMarshaller())
                .setType(MethodType.UNARY)
                .setFullMethodName(payload.service() + "/Export")
                .build();
        this.channel = NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
    }

    @Override
    public boolean export(byte[] request)
    {
        try {
            ClientCalls.blockingUnaryCall(channel, export, CallOptions.DEFAULT.withDeadlineAfter(REQUEST_LIMIT.toMillis(), TimeUnit.MILLISECONDS), request);
            return true;
        }
        catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
                return false;
            }
            throw new CommandException("The benchmark is invalid: a request was refused: " + e.getStatus(), e);
        }
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
    }

    private static final class BytesMarshaller
            implements MethodDescriptor.Marshaller<byte[]>
    {
        @Override
        public InputStream stream(byte[] message)
        {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message)
        {
            try {
                return message.readAllBytes();
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
