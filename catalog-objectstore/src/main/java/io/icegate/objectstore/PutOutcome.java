package io.icegate.objectstore;

/**
 * The three answers of a conditional write. Callers handle all three; only {@link #WRITTEN} ends the story.
 */
public enum PutOutcome
{
    /**
     * This request created the object.
     */
    WRITTEN,
    /**
     * The key is taken, perhaps by an earlier attempt of our own: read back and compare ids.
     */
    PRECONDITION_FAILED,
    /**
     * Timeout, reset or 5xx: it may have landed, now or later. Also S3's 409, when writes of one key collided and nothing
     * was decided. Read back, or send the same bytes to the same key again.
     */
    UNKNOWN,
}
