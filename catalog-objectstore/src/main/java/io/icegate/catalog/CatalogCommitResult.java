package io.icegate.catalog;

import java.util.List;

/**
 * Says where a transaction was committed.
 *
 * @param version the record that holds it; for a transaction that changed nothing, the version it was decided on
 * @param changes empty when it changed nothing
 */
record CatalogCommitResult(long version, List<CatalogChange> changes)
{
    CatalogCommitResult
    {
        changes = List.copyOf(changes);
    }
}
