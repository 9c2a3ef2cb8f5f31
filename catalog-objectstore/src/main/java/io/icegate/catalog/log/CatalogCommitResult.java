package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChange;

import java.util.List;

/**
 * Says where a transaction was committed.
 *
 * @param version the record that holds it; for a transaction that changed nothing, the version it was decided on
 * @param changes empty when it changed nothing
 * @param isRepetition true when an earlier call of the same id had committed it
 */
public record CatalogCommitResult(long version, List<CatalogChange> changes, boolean isRepetition)
{
    public CatalogCommitResult
    {
        changes = List.copyOf(changes);
    }
}
