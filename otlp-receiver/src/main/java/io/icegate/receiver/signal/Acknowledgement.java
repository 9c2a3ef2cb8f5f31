package io.icegate.receiver.signal;

import static java.util.Objects.requireNonNull;

/**
 * The answer to a request that is durable, as far as its records were accepted.
 *
 * @param rejectedRecords records that are not stored because they are bad
 * @param message tells why; empty on full success
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

    public boolean isFull()
    {
        return rejectedRecords == 0 && message.isEmpty();
    }
}
