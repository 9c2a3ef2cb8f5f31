package io.icegate.rest.protocol;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * What stands before the names in a path, and chooses the state of the catalog that is answered from. Without one it is what is committed.
 * A client names a warehouse, and is told the prefix that belongs to it.
 *
 * @param text as it stands in the path
 * @param label for metrics: of few values
 * @param version of the catalog; empty for tables as they are now
 */
record Prefix(String text, String label, Optional<Long> version)
{
    /**
     * The prefix, and the name of a warehouse, for tables as they are now.
     */
    static final Prefix LIVE = new Prefix("live", "live", Optional.empty());

    private static final String AT_VERSION = "at-version-";
    private static final Pattern AT_VERSION_FORM = Pattern.compile(AT_VERSION + "([0-9]{1,18})");

    Prefix
    {
        requireNonNull(text, "text is null");
        requireNonNull(label, "label is null");
        requireNonNull(version, "version is null");
    }

    static Prefix atVersion(long version)
    {
        return new Prefix(AT_VERSION + version, "at-version", Optional.of(version));
    }

    /**
     * Empty for the beginning of any path that has no prefix.
     */
    static Optional<Prefix> of(String segment)
    {
        if (segment.equals(LIVE.text())) {
            return Optional.of(LIVE);
        }
        Matcher version = AT_VERSION_FORM.matcher(segment);
        return version.matches() ? Optional.of(atVersion(Long.parseLong(version.group(1)))) : Optional.empty();
    }

    /**
     * Why nothing can be changed through it.
     */
    RestError refusal()
    {
        String shows = version.isPresent() ? "the catalog as it was at version " + version.orElseThrow() : "tables with rows that are not committed yet";
        // for a refusal Iceberg's client deletes what it wrote, while it keeps files for failures that it does not know
        return new RestError(403, "ForbiddenException", "Cannot change anything through prefix '%s': it shows %s, for reading. Send changes through warehouse '%s', without the prefix".formatted(text, shows, WarehouseName.ANY));
    }
}
