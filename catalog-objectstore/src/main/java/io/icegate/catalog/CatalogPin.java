package io.icegate.catalog;

import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.state.CatalogState;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one version that a catalog was opened at.
 */
final class CatalogPin
{
    static final String AT_VERSION = "catalog.at-version";
    static final String AT_TIMESTAMP = "catalog.at-timestamp";

    private final String text;
    private final Function<CatalogLog, CatalogState> lookup;
    private volatile @Nullable CatalogState state;

    private CatalogPin(String text, Function<CatalogLog, CatalogState> lookup)
    {
        this.text = text;
        this.lookup = lookup;
    }

    static Optional<CatalogPin> fromProperties(Map<String, String> properties)
    {
        String version = properties.get(AT_VERSION);
        String timestamp = properties.get(AT_TIMESTAMP);
        if (version != null && timestamp != null) {
            throw new IllegalArgumentException("Cannot open catalog: both %s and %s are given".formatted(AT_VERSION, AT_TIMESTAMP));
        }
        if (version != null) {
            long number = number(AT_VERSION, version);
            return Optional.of(new CatalogPin(AT_VERSION + "=" + version, log -> log.stateAt(number)));
        }
        if (timestamp != null) {
            Instant time = time(timestamp);
            return Optional.of(new CatalogPin(AT_TIMESTAMP + "=" + timestamp, log -> log.stateAsOf(time)));
        }
        return Optional.empty();
    }

    /**
     * A state in hand.
     */
    static CatalogPin of(CatalogState state)
    {
        return new CatalogPin(AT_VERSION + "=" + state.version(), _log -> state);
    }

    private static long number(String property, String value)
    {
        try {
            return Long.parseLong(value);
        }
        catch (NumberFormatException e) {
            throw new IllegalArgumentException("Cannot open catalog: %s '%s' is not a number".formatted(property, value), e);
        }
    }

    private static Instant time(String value)
    {
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Instant.ofEpochMilli(number(AT_TIMESTAMP, value));
        }
        try {
            return Instant.parse(value);
        }
        catch (DateTimeParseException e) {
            throw new IllegalArgumentException("Cannot open catalog: %s '%s' is neither an ISO 8601 time nor milliseconds".formatted(AT_TIMESTAMP, value), e);
        }
    }

    /**
     * The same state on every call.
     */
    CatalogState state(CatalogLog log)
    {
        CatalogState found = state;
        if (found == null) {
            synchronized (this) {
                found = state;
                if (found == null) {
                    found = lookup.apply(log);
                    state = found;
                }
            }
        }
        return found;
    }

    @Override
    public String toString()
    {
        return text;
    }
}
