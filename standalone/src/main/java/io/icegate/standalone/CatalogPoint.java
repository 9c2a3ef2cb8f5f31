package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogState;
import io.icegate.standalone.console.CommandException;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * A state of a catalog, named by its version or by a time.
 */
record CatalogPoint(String text)
{
    static final String FORM = "a version, or a time as in 2026-01-31T12:00:00Z";

    CatalogState state(ObjectStoreCatalog catalog)
    {
        if (!text.isEmpty() && text.chars().allMatch(Character::isDigit)) {
            try {
                return catalog.stateAt(Long.parseLong(text));
            }
            catch (NumberFormatException e) {
                throw new CommandException("Cannot use '%s': it must be %s".formatted(text, FORM), e);
            }
        }
        Instant time;
        try {
            time = Instant.parse(text);
        }
        catch (DateTimeParseException e) {
            throw new CommandException("Cannot use '%s': it must be %s".formatted(text, FORM), e);
        }
        return catalog.stateAsOf(time);
    }
}
