package io.icegate.receiver.signal;

/**
 * Why a request is not answered with success. What each reason looks like on the wire, and whether a client sends the
 * request again, is decided in one place, {@code OtlpStatus}.
 */
public enum Refusal
{
    /**
     * The payload, or a header that belongs to it, is wrong: sending it again cannot help.
     */
    MALFORMED,
    /**
     * No key, or none that is valid.
     */
    UNAUTHENTICATED,
    /**
     * The key is not for the tenant.
     */
    FORBIDDEN,
    /**
     * Above a size limit: sending it again cannot help.
     */
    TOO_LARGE,
    /**
     * A signal or path that is not served.
     */
    UNKNOWN_SERVICE,
    /**
     * An HTTP method other than POST.
     */
    UNKNOWN_METHOD,
    /**
     * A media type that is not served.
     */
    UNKNOWN_MEDIA_TYPE,
    /**
     * A content encoding that is not served.
     */
    UNKNOWN_ENCODING,
    /**
     * No budget at the moment.
     */
    OVERLOADED,
    /**
     * The tenant is above its rate, or holds its share of the memory.
     */
    QUOTA,
    /**
     * Not durable before the client would give up; it may become durable later.
     */
    TOO_LATE,
    /**
     * Starting or stopping.
     */
    DRAINING,
    /**
     * Store down, writer fenced, table gone, or anything unforeseen: never the client's fault.
     */
    UNAVAILABLE,
}
