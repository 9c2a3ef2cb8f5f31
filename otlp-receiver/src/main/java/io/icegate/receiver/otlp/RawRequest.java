package io.icegate.receiver.otlp;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.signal.RefusedException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

import static java.util.Objects.requireNonNull;

/**
 * A gRPC request message as bytes, or why it could not be read. A marshaller must not throw, since grpc-java would answer
 * UNKNOWN and the client would drop the data.
 */
sealed interface RawRequest
{
    /**
     * @param ticket holds the bytes of the body
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Body(byte[] bytes, Admission.Ticket ticket)
            implements RawRequest {}

    record Unreadable(Throwable failure)
            implements RawRequest {}

    /**
     * Reads requests within the byte budget.
     */
    final class Marshaller
            implements MethodDescriptor.Marshaller<RawRequest>
    {
        private final Admission admission;
        private final long limitBytes;

        Marshaller(Admission admission, long limitBytes)
        {
            this.admission = requireNonNull(admission, "admission is null");
            this.limitBytes = limitBytes;
        }

        @Override
        public InputStream stream(RawRequest request)
        {
            throw new UnsupportedOperationException("A server does not send requests");
        }

        @Override
        @SuppressWarnings("resource") // the ticket goes with the body
        public RawRequest parse(InputStream in)
        {
            Admission.Ticket ticket = null;
            try {
                int announced = in instanceof KnownLength ? in.available() : 0;
                ticket = admission.admit(BoundedBody.firstBytes(announced));
                return new Body(BoundedBody.read(in, announced, limitBytes, ticket), ticket);
            }
            catch (RefusedException e) {
                return refused(ticket, e);
            }
            catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                    return refused(ticket, BoundedBody.tooLarge(limitBytes));
                }
                return refused(ticket, e);
            }
            catch (IOException | RuntimeException | Error e) {
                return refused(ticket, e);
            }
        }

        private static RawRequest refused(Admission.@org.jspecify.annotations.Nullable Ticket ticket, Throwable failure)
        {
            if (ticket != null) {
                ticket.close();
            }
            return new Unreadable(failure);
        }
    }

    /**
     * Responses are bytes already.
     */
    final class ResponseMarshaller
            implements MethodDescriptor.Marshaller<byte[]>
    {
        @Override
        public InputStream stream(byte[] response)
        {
            return new ByteArrayInputStream(response);
        }

        @Override
        public byte[] parse(InputStream in)
        {
            throw new UnsupportedOperationException("A server does not read responses");
        }
    }
}
