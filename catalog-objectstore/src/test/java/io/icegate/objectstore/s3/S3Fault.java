package io.icegate.objectstore.s3;

/**
 * What can go wrong between a client and {@link StrictS3Server}.
 */
public enum S3Fault
{
    /**
     * 500, nothing happened.
     */
    ERROR_BEFORE,
    /**
     * 503 SlowDown, nothing happened.
     */
    SLOW_DOWN,
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
     * 409 ConditionalRequestConflict without an effect; {@link #SLOW_DOWN} for requests without a condition.
     */
    CONFLICT,
    /**
     * A short wait, then the usual answer.
     */
    DELAY,
    /**
     * A long wait, or until the plan changes, then the effect, then the connection is cut: a client with a deadline has long
     * given up.
     */
    HANG,
}
