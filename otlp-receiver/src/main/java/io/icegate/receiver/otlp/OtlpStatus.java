package io.icegate.receiver.otlp;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.server.access.AccessException;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import static java.util.Objects.requireNonNull;

/**
 * Maps every failure to its answer over gRPC and HTTP. Exporters drop data on each code that the specification does not list
 * as retryable, such as INTERNAL, UNKNOWN and 500. A failure that is not provably the client's becomes UNAVAILABLE and 503.
 *
 * @param retryMillis after which a client may send the request again; empty when it must not
 */
public record OtlpStatus(Refusal refusal, Status.Code grpcCode, int httpStatus, String message, OptionalLong retryMillis, boolean badRequest)
{
    /**
     * Trailer that carries {@link #toProto} over gRPC.
     */
    public static final Metadata.Key<byte[]> DETAILS_KEY = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
    /**
     * Characters of the longest message; responses are bounded, whatever the client sent.
     */
    public static final int MESSAGE_LENGTH_MAX = 1_000;

    public OtlpStatus
    {
        requireNonNull(refusal, "refusal is null");
        requireNonNull(grpcCode, "grpcCode is null");
        message = message.length() <= MESSAGE_LENGTH_MAX ? message : message.substring(0, MESSAGE_LENGTH_MAX) + "…";
        requireNonNull(retryMillis, "retryMillis is null");
    }

    /**
     * The answer to a failure.
     *
     * @param retryMillis used when the failure may be retried and does not tell itself after what time
     */
    public static OtlpStatus from(Throwable failure, long retryMillis)
    {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case RefusedException refused -> of(refused.refusal(), refused.getMessage(), refused.retryMillis().orElse(retryMillis));
            case AccessException access -> of(refusal(access.reason()), access.getMessage(), retryMillis);
            default -> of(Refusal.UNAVAILABLE, "Cannot accept request now: internal error", retryMillis);
        };
    }

    private static Refusal refusal(AccessException.Reason reason)
    {
        return switch (reason) {
            case INVALID -> Refusal.MALFORMED;
            case UNAUTHENTICATED -> Refusal.UNAUTHENTICATED;
            case FORBIDDEN -> Refusal.FORBIDDEN;
        };
    }

    private static OtlpStatus of(Refusal refusal, String message, long retryMillis)
    {
        return switch (refusal) {
            case MALFORMED -> new OtlpStatus(refusal, Status.Code.INVALID_ARGUMENT, 400, message, OptionalLong.empty(), true);
            case UNAUTHENTICATED -> new OtlpStatus(refusal, Status.Code.UNAUTHENTICATED, 401, message, OptionalLong.empty(), false);
            case FORBIDDEN -> new OtlpStatus(refusal, Status.Code.PERMISSION_DENIED, 403, message, OptionalLong.empty(), false);
            case TOO_LARGE -> new OtlpStatus(refusal, Status.Code.RESOURCE_EXHAUSTED, 413, message, OptionalLong.empty(), false);
            case UNKNOWN_SERVICE -> new OtlpStatus(refusal, Status.Code.UNIMPLEMENTED, 404, message, OptionalLong.empty(), false);
            case UNKNOWN_METHOD -> new OtlpStatus(refusal, Status.Code.UNIMPLEMENTED, 405, message, OptionalLong.empty(), false);
            case UNKNOWN_MEDIA_TYPE, UNKNOWN_ENCODING -> new OtlpStatus(refusal, Status.Code.UNIMPLEMENTED, 415, message, OptionalLong.empty(), false);
            case QUOTA -> new OtlpStatus(refusal, Status.Code.RESOURCE_EXHAUSTED, 429, message, OptionalLong.of(retryMillis), false);
            case OVERLOADED, TOO_LATE, DRAINING, UNAVAILABLE -> new OtlpStatus(refusal, Status.Code.UNAVAILABLE, 503, message, OptionalLong.of(retryMillis), false);
        };
    }

    /**
     * Answers a request that the HTTP server refused before our code saw it. Failures that are not the client's are retryable,
     * even if the server calls them final.
     */
    static OtlpStatus ofHttp(int httpStatus, String message)
    {
        return switch (httpStatus) {
            case 404 -> of(Refusal.UNKNOWN_SERVICE, message, 0);
            case 405 -> of(Refusal.UNKNOWN_METHOD, message, 0);
            case 413, 414, 431 -> new OtlpStatus(Refusal.TOO_LARGE, Status.Code.RESOURCE_EXHAUSTED, httpStatus, message, OptionalLong.empty(), false);
            default -> httpStatus >= 400 && httpStatus < 500 ? new OtlpStatus(Refusal.MALFORMED, Status.Code.INVALID_ARGUMENT, httpStatus, message, OptionalLong.empty(), true) : of(Refusal.UNAVAILABLE, message, 1_000);
        };
    }

    /**
     * True for unexpected failures, which must be logged.
     */
    public static boolean isUnforeseen(Throwable failure)
    {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return !(cause instanceof RefusedException || cause instanceof AccessException);
    }

    public Status grpcStatus()
    {
        return grpcCode.toStatus().withDescription(message);
    }

    public Metadata grpcTrailers()
    {
        Metadata trailers = new Metadata();
        trailers.put(DETAILS_KEY, toProto().toByteArray());
        return trailers;
    }

    /**
     * Value of {@code Retry-After} in seconds.
     */
    public Optional<String> retryAfter()
    {
        return retryMillis.isPresent() ? Optional.of(Long.toString(Math.ceilDiv(retryMillis.getAsLong(), 1_000L))) : Optional.empty();
    }

    /**
     * {@link #toProto} in the encoding of the request; in JSON, which people can read, when that is unknown.
     */
    byte[] encoded(Optional<Encoding> encoding)
    {
        return encoding.orElse(Encoding.JSON) == Encoding.PROTOBUF ? toProto().toByteArray() : toJson();
    }

    public com.google.rpc.Status toProto()
    {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(grpcCode.value())
                .setMessage(message);
        if (badRequest) {
            status.addDetails(Any.pack(BadRequest.newBuilder()
                    .addFieldViolations(BadRequest.FieldViolation.newBuilder().setDescription(message))
                    .build()));
        }
        retryMillis.ifPresent(millis -> status.addDetails(Any.pack(RetryInfo.newBuilder()
                .setRetryDelay(Duration.newBuilder().setSeconds(millis / 1_000).setNanos((int) (millis % 1_000) * 1_000_000))
                .build())));
        return status.build();
    }

    /**
     * {@link #toProto} in protobuf's JSON form.
     */
    public byte[] toJson()
    {
        StringBuilder json = new StringBuilder("{\"code\":%s,\"message\":%s".formatted(grpcCode.value(), JsonText.quote(message)));
        if (badRequest) {
            json.append(",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"description\":%s}]}]".formatted(JsonText.quote(message)));
        }
        retryMillis.ifPresent(millis -> json.append(
                ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"%s.%03ds\"}]".formatted(millis / 1_000, millis % 1_000)));
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
