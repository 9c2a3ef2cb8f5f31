package io.icegate.wal.lease;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.objectstore.ClockComparison;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What an object says by which processes keep out of each other's way.
 *
 * @param holder the process that wrote it
 * @param since when that began; empty for what does not tell
 */
record StoredHold(String holder, Optional<Instant> since, Instant until)
{
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String HOLDER = "holder";
    private static final String SINCE = "since";
    private static final String UNTIL = "until";

    StoredHold
    {
        requireNonNull(holder, "holder is null");
        requireNonNull(since, "since is null");
        requireNonNull(until, "until is null");
    }

    /**
     * Empty for what is no hold, which binds nobody.
     */
    static Optional<StoredHold> parse(StoredObject object)
    {
        try {
            JsonNode root = MAPPER.readTree(object.content());
            return Optional.of(new StoredHold(
                    root.required(HOLDER).asText(),
                    Optional.ofNullable(root.get(SINCE)).map(since -> Instant.ofEpochMilli(since.asLong())),
                    Instant.ofEpochMilli(root.required(UNTIL).asLong())));
        }
        catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    byte[] toJson()
            throws JsonProcessingException
    {
        ObjectNode root = MAPPER.createObjectNode().put(HOLDER, holder);
        since.ifPresent(start -> root.put(SINCE, start.toEpochMilli()));
        return MAPPER.writeValueAsBytes(root.put(UNTIL, until.toEpochMilli()));
    }

    /**
     * False for one that ended, and for one that a clock far ahead has written: it would bind for as long as that is ahead.
     *
     * @param time for which such an object is written
     */
    boolean bindsAt(Instant now, Duration time)
    {
        return !until.isBefore(now) && !until.isAfter(now.plus(time).plus(ClockComparison.OFF_MAX.multipliedBy(2)));
    }
}
