package io.icegate.receiver.otlp;

import io.airlift.log.Logger;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.Principal;
import io.icegate.server.access.RequestHeaders;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * The method {@code Export} of a signal's gRPC service. Every failure is answered through
 * {@link OtlpStatus}.
 */
final class GrpcExport
        implements ServerCallHandler<RawRequest, byte[]>
{
    /**
     * Before the client's own deadline, so that the answer still arrives.
     */
    static final Duration ANSWER_MARGIN = Duration.ofMillis(500);

    private static final Logger log = Logger.get(GrpcExport.class);
    private static final Metadata.Key<String> BATCH_ID = Metadata.Key.of("x-otlp-batch-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> USER_AGENT = Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> IDEMPOTENCY_KEY = Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);

    private final OtlpSignal signal;
    private final ExportHandler handler;
    private final RefusalLog refusals;
    private final AccessControl access;
    private final Admission admission;
    private final Duration ackDeadline;

    GrpcExport(OtlpSignal signal, ExportHandler handler, AccessControl access, Admission admission, RefusalLog refusals, Duration ackDeadline)
    {
        this.signal = requireNonNull(signal, "signal is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.handler = requireNonNull(handler, "handler is null");
        this.access = requireNonNull(access, "access is null");
        this.admission = requireNonNull(admission, "admission is null");
        this.ackDeadline = requireNonNull(ackDeadline, "ackDeadline is null");
    }

    @Override
    public ServerCall.Listener<RawRequest> startCall(ServerCall<RawRequest, byte[]> call, Metadata headers)
    {
        Call state = new Call(call);
        try {
            RequestHeaders sent = name -> values(headers, name);
            Principal principal = access.principal(sent);
            checkEncoding(headers);
            state.tenant = access.tenant(principal, sent);
            handler.arrived(headers.get(USER_AGENT));
            state.deadlineNanos = System.nanoTime() + answerWithin(Context.current().getDeadline()).toNanos();
            handler.checkOpen(state.tenant, state.deadlineNanos);
            state.idempotencyKey = idempotencyKey(headers);
            state.announced = admission.admit(0);
            call.request(2); // one message, and a second one to notice that there are too many
        }
        catch (Throwable e) {
            state.fail(e);
        }
        return state;
    }

    private static List<String> values(Metadata headers, String name)
    {
        Iterable<String> values = headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return values == null ? List.of() : StreamSupport.stream(values.spliterator(), false).toList();
    }

    private static void checkEncoding(Metadata headers)
    {
        String unknown = headers.get(GrpcCodecs.UNKNOWN_ENCODING);
        if (unknown != null) {
            throw new RefusedException(Refusal.UNKNOWN_ENCODING, "Cannot read grpc-encoding '%s': %s are served".formatted(unknown, String.join(", ", GrpcCodecs.ACCEPTED)));
        }
    }

    private Duration answerWithin(@Nullable Deadline deadline)
    {
        if (deadline == null) {
            return ackDeadline;
        }
        Duration left = Duration.ofNanos(deadline.timeRemaining(NANOSECONDS)).minus(ANSWER_MARGIN);
        return left.compareTo(ackDeadline) < 0 ? left : ackDeadline;
    }

    private static String idempotencyKey(Metadata headers)
    {
        String key = headers.get(BATCH_ID);
        if (key == null) {
            key = headers.get(IDEMPOTENCY_KEY);
        }
        return key == null ? "" : key;
    }

    private final class Call
            extends ServerCall.Listener<RawRequest>
    {
        private final ServerCall<RawRequest, byte[]> call;
        private String tenant = "";
        private String idempotencyKey = "";
        private Admission.@Nullable Ticket announced; // counts the request until its message is here
        private long deadlineNanos;
        private RawRequest.@Nullable Body body;
        private boolean answered;

        private Call(ServerCall<RawRequest, byte[]> call)
        {
            this.call = call;
        }

        @Override
        public void onMessage(RawRequest message)
        {
            try {
                switch (message) {
                    case RawRequest.Unreadable(Throwable failure) -> fail(failure);
                    case RawRequest.Body received when answered -> received.ticket().close();
                    case RawRequest.Body received when body != null -> {
                        received.ticket().close();
                        release();
                        fail(new RefusedException(Refusal.MALFORMED, "Cannot accept request: more than one message in a unary call"));
                    }
                    case RawRequest.Body received -> body = received;
                }
            }
            catch (Throwable e) {
                fail(e);
            }
            arrived();
        }

        @Override
        public void onHalfClose()
        {
            arrived();
            RawRequest.Body received = body;
            body = null;
            if (answered) {
                return;
            }
            if (received == null) {
                fail(new RefusedException(Refusal.MALFORMED, "Cannot accept request: it holds no message"));
                return;
            }
            answered = true;
            try {
                handler.export(new IngestRequest(tenant, Encoding.PROTOBUF, idempotencyKey, received.bytes(), received.ticket(), deadlineNanos))
                        .whenComplete((acknowledgement, failure) -> {
                            if (failure == null) {
                                succeed(acknowledgement);
                            }
                            else {
                                close(failure);
                            }
                        });
            }
            catch (Throwable e) {
                received.ticket().close();
                close(e);
            }
        }

        @Override
        public void onCancel()
        {
            arrived();
            release();
        }

        private void arrived()
        {
            Admission.Ticket ticket = announced;
            announced = null;
            if (ticket != null) {
                ticket.close();
            }
        }

        private void release()
        {
            RawRequest.Body received = body;
            body = null;
            if (received != null) {
                received.ticket().close();
            }
        }

        private void succeed(Acknowledgement acknowledgement)
        {
            refusals.acknowledged(signal, tenant, acknowledgement);
            try {
                call.sendHeaders(new Metadata());
                call.sendMessage(OtlpResponse.protobuf(acknowledgement));
                call.close(io.grpc.Status.OK, new Metadata());
            }
            catch (RuntimeException e) {
                // the client is gone; it sends the same request again and gets the same answer
                log.debug(e, "Cannot send an acknowledgement");
            }
        }

        private void fail(Throwable failure)
        {
            if (!answered) {
                answered = true;
                close(failure);
            }
        }

        private void close(Throwable failure)
        {
            arrived();
            if (OtlpStatus.isUnforeseen(failure)) {
                log.error(failure, "Cannot accept request");
            }
            OtlpStatus status = OtlpStatus.from(failure, handler.retryMillis());
            handler.refused(status.refusal());
            refusals.refused(signal.name(), tenant, status);
            Metadata trailers = status.grpcTrailers();
            if (status.refusal() == Refusal.UNKNOWN_ENCODING) {
                trailers.put(GrpcCodecs.ACCEPT_ENCODING, String.join(",", GrpcCodecs.ACCEPTED));
            }
            try {
                call.close(status.grpcStatus(), trailers);
            }
            catch (RuntimeException e) {
                log.debug(e, "Cannot send an answer");
            }
        }
    }
}
