package io.icegate.wal.commit;

import java.util.Locale;

/**
 * Decides about rows that a rollback took out of a table although the WAL calls them committed.
 */
public enum ReconcileMode
{
    /**
     * They stay out of the table.
     */
    ACCEPT,
    /**
     * Their segments are appended again.
     */
    REAPPEND;

    /**
     * The mode of that name, in any case.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ReconcileMode parse(String text)
    {
        for (ReconcileMode mode : values()) {
            if (mode.text().equalsIgnoreCase(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("Cannot use mode '%s': it must be 'accept' (rows that were rolled back stay out) or 'reappend' (their segments are appended again)".formatted(text));
    }

    /**
     * The name that people write.
     */
    public String text()
    {
        return name().toLowerCase(Locale.ENGLISH);
    }
}
