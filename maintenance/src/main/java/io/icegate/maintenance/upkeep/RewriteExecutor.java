package io.icegate.maintenance.upkeep;

import io.icegate.maintenance.merge.MergePlan;
import org.apache.iceberg.Table;

import java.util.function.BooleanSupplier;

/**
 * An engine that merges what cannot be merged here, by a statement of its own. What came of it is not taken from its word: the table is
 * asked, whether the engine answers or fails.
 */
public interface RewriteExecutor
{
    /**
     * Name for people.
     */
    String engine();

    /**
     * Rewrites the files of a plan into fewer ones in the order of the table, and commits. Returns when the statement is over. Neighbours
     * of these files may be rewritten, too. The statement may hold the table, also for a moment longer than it runs.
     *
     * @param table as the plan was made from
     * @param goesOn asked at least once a second; false cancels the statement
     * @return what the engine says of it, in one line
     * @throws EngineUnavailableException when the engine does not take statements now and has begun none
     * @throws RuntimeException with a message for people when the engine does not answer, has failed or was cancelled; it may have committed
     */
    String rewrite(Table table, MergePlan plan, BooleanSupplier goesOn);
}
