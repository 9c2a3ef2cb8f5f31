package io.icegate.catalog.check;

import org.apache.iceberg.catalog.TableIdentifier;

import static java.util.Objects.requireNonNull;

/**
 * A reference of a table or view that leads nowhere, or to something else than it says.
 *
 * @param location of the object that was looked for
 * @param problem what is wrong with it, and who refers to it
 * @param remedy what to do
 */
public record BrokenReference(TableIdentifier table, String location, String problem, String remedy)
{
    public BrokenReference
    {
        requireNonNull(table, "table is null");
        requireNonNull(location, "location is null");
        requireNonNull(problem, "problem is null");
        requireNonNull(remedy, "remedy is null");
    }
}
