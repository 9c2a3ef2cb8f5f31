package io.icegate.alerting.deliver;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
import static java.util.Objects.requireNonNull;

/**
 * What a server answered.
 *
 * @param retryAfter how long it wants to be left alone
 * @param body its first {@value #BODY_BYTES_MAX} bytes
 */
record Answer(int status, Optional<Duration> retryAfter, byte[] body)
{
    /**
     * Bytes that are read of an answer; none that we know of has more to say.
     */
    static final int BODY_BYTES_MAX = 16 * 1024;
    /**
     * Longest wait that a server can ask for. It bounds what a wrong clock or a joker may do.
     */
    static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
    private static final int TEXT_LENGTH_MAX = 200;
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x20-\\x7e]+");

    Answer
    {
        requireNonNull(retryAfter, "retryAfter is null");
        requireNonNull(body, "body is null");
    }

    boolean isSuccess()
    {
        return status >= 200 && status < 300;
    }

    /**
     * True when the same request may well succeed later.
     */
    boolean isTemporary()
    {
        return status == 408 || status == 429 || status >= 500;
    }

    /**
     * Why it was no success, as a word of few values.
     */
    String error()
    {
        return "http_%s".formatted(status);
    }

    /**
     * The beginning of the body, for one line of a log.
     */
    String text()
    {
        String text = NOT_PRINTABLE.matcher(new String(body, UTF_8)).replaceAll(" ").strip();
        return text.length() > TEXT_LENGTH_MAX ? text.substring(0, TEXT_LENGTH_MAX) : text;
    }

    /**
     * Reads a header {@code Retry-After}, in seconds or as a date. What is neither is as absent.
     */
    static Optional<Duration> retryAfter(String header, Instant now)
    {
        String text = header.strip();
        if (SECONDS.matcher(text).matches()) {
            return Optional.of(bounded(Duration.ofSeconds(Long.parseLong(text))));
        }
        try {
            return Optional.of(bounded(Duration.between(now, ZonedDateTime.parse(text, RFC_1123_DATE_TIME).toInstant())));
        }
        catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration wait)
    {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : wait;
    }
}
