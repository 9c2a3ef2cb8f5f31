package io.icegate.objectstore.http;

/**
 * What can go wrong between a client and a {@link StrictHttpServer}.
 */
public enum HttpFault
{
    /**
     * 500, nothing happened.
     */
    ERROR_BEFORE,
    /**
     * 503, nothing happened.
     */
    BUSY,
    /**
     * 429, nothing happened.
     */
    TOO_MANY,
    /**
     * The connection is cut, nothing happened.
     */
    CUT_BEFORE,
    /**
     * 500 after the effect.
     */
    ERROR_AFTER,
    /**
     * The connection is cut after the effect.
     */
    LOST_ACKNOWLEDGEMENT,
    /**
     * A long wait, or until the plan changes, then the effect, then the connection is cut: a client with a deadline has long
     * given up.
     */
    HANG,
}
