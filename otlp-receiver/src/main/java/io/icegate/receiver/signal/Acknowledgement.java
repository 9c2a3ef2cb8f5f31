package io.icegate.receiver.signal;

import static java.util.Objects.requireNonNull;

/**
 * The answer to a request that is durable, as far as its records were accepted.
 *
 * @param rejectedRecords records that are not stored because they are bad
 * @param message what the client has to know, first of all about rejected records; empty on full success
 */
public record Acknowledgement(long rejectedRecords, String message)
{
    public static final Acknowledgement FULL = new Acknowledgement(0, "");

    public Acknowledgement
    {
        requireNonNull(message, "message is null");
        if (rejectedRecords < 0) {
            throw new IllegalArgumentException("Cannot reject %s records".formatted(rejectedRecords));
        }
    }

    /**
     * The beginning of the message, which is about rejected records and holds nothing of their payload.
     */
    public String rejection()
    {
        int end = message.indexOf(". ");
        return end < 0 ? message : message.substring(0, end);
    }

    public boolean isFull()
    {
        return rejectedRecords == 0 && message.isEmpty();
    }
}
