package io.icegate.wal.status;

import java.util.Locale;

/**
 * How a writer of a table is.
 */
public enum WriterState
{
    /**
     * Registered, and its heartbeat is young.
     */
    OPEN,
    /**
     * Registered, and without a sign of life for the silence timeout: the next committer seals it.
     */
    SILENT,
    /**
     * Finished; not everything that it stored is committed.
     */
    SEALED,
    /**
     * Finished and committed. It leaves the registry after an hour.
     */
    CLOSED,
    /**
     * Not finished, and its registry entry is gone.
     */
    UNREGISTERED,
    /**
     * Its registry entry, or the whole table, cannot be read.
     */
    UNREADABLE,
    /**
     * Its run ends at an object that cannot be read.
     */
    CORRUPT;

    public String text()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
