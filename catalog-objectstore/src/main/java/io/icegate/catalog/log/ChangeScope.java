package io.icegate.catalog.log;

/**
 * What the function of a commit looks at. It decides whether a record with its changes can be offered before the records in
 * front of it are known.
 */
public enum ChangeScope
{
    /**
     * At the tables and views that it moves, and at nothing else: what it returns is right in every state in which they are
     * where they were.
     */
    MOVED,
    /**
     * At anything.
     */
    CATALOG,
}
