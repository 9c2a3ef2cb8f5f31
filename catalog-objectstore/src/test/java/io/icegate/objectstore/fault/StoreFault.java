package io.icegate.objectstore.fault;

/**
 * What can go wrong with one request.
 */
public enum StoreFault
{
    /**
     * An error, and nothing happened.
     */
    ERROR_BEFORE,
    /**
     * The effect happened, the answer is lost.
     */
    LOST_ACKNOWLEDGEMENT,
    /**
     * A conditional write collided with another one and nothing was decided; as {@link #ERROR_BEFORE} elsewhere.
     */
    CONFLICT,
    /**
     * The network delivers the request twice: a conditional write is told that its own object is in the way.
     */
    REPEAT,
    /**
     * A conditional write is answered {@code UNKNOWN} and takes effect later, during a later request; as
     * {@link #ERROR_BEFORE} elsewhere.
     */
    LATE_EFFECT,
    /**
     * A short wait, then the usual answer.
     */
    DELAY,
    /**
     * A long wait before the effect, then the usual answer.
     */
    STALL,
}
