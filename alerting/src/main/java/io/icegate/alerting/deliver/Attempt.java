package io.icegate.alerting.deliver;

import java.time.Duration;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * How an attempt to deliver a record ended.
 */
sealed interface Attempt
{
    Done DONE = new Done();

    /**
     * The channel has it.
     */
    record Done()
            implements Attempt {}

    /**
     * The channel does not take it, now or later.
     *
     * @param error as a word of few values
     */
    record Refused(String error)
            implements Attempt
    {
        public Refused
        {
            requireNonNull(error, "error is null");
        }
    }

    /**
     * It is unknown whether the channel has it, or it does not take it now.
     *
     * @param error as a word of few values
     * @param detail for people
     * @param pause that the channel asked for
     */
    record Later(String error, String detail, Optional<Duration> pause)
            implements Attempt
    {
        public Later
        {
            requireNonNull(error, "error is null");
            requireNonNull(detail, "detail is null");
            requireNonNull(pause, "pause is null");
        }

        static Later of(String error, Exception failure)
        {
            return new Later(error, failure.toString(), Optional.empty());
        }

        static Later of(Answer answer)
        {
            return new Later(answer.error(), answer.text(), answer.retryAfter());
        }
    }
}
