package io.icegate.standalone.move;

import java.util.List;
import java.util.Locale;

import static java.util.Objects.requireNonNull;

/**
 * What came of one namespace, table or view.
 *
 * @param reason why, and what to do; empty when the outcome says it all
 */
public record MovedName(String kind, String name, Outcome outcome, String reason)
{
    public static final List<String> COLUMNS = List.of("outcome", "kind", "name", "reason");

    public enum Outcome
    {
        /**
         * A namespace that was not there.
         */
        CREATED,
        /**
         * In both catalogs from now on.
         */
        REGISTERED,
        /**
         * In the target alone from now on.
         */
        MOVED,
        /**
         * Was in the target and is newer there now.
         */
        UPDATED,
        UNCHANGED,
        /**
         * The target cannot have it.
         */
        SKIPPED,
        FAILED;

        public String text()
        {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public MovedName
    {
        requireNonNull(kind, "kind is null");
        requireNonNull(name, "name is null");
        requireNonNull(outcome, "outcome is null");
        requireNonNull(reason, "reason is null");
    }

    public List<Object> row()
    {
        return List.of(outcome.text(), kind, name, reason);
    }
}
