package io.icegate.trino.config;

/**
 * What DELETE, UPDATE, MERGE, TRUNCATE and CREATE OR REPLACE do while rows of the table wait in the WAL.
 */
public enum RowLevelChanges
{
    /**
     * Commit the waiting rows first, then change the table.
     */
    DRAIN,
    /**
     * Refuse, with the number of rows and the remedy.
     */
    FAIL,
}
