package io.icegate.maintenance.upkeep;

import java.time.Duration;

/**
 * Is told what maintenance does, by the thread that does it.
 */
@FunctionalInterface
public interface UpkeepListener
{
    /**
     * Something was done, or could not be done.
     */
    void did(UpkeepAction action);

    /**
     * A table was looked at for merges, and some of them may have run.
     *
     * @param lag how long the oldest file has been in the table that is due for a merge and not merged yet; zero when none is
     */
    default void unmerged(String table, Duration lag) {}
}
