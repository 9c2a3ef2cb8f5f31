package io.icegate.catalog.state;

import io.icegate.catalog.state.CatalogChange.ObjectChange;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Changes that happen all together or not at all.
 *
 * @param id chosen by the caller; inside the idempotency window the same id has one effect
 * @param digest of the request that the id was used for, where the caller gave one
 */
public record CatalogTransaction(String id, Optional<String> digest, List<CatalogChange> changes)
{
    public static final int ID_LENGTH_MAX = 128;

    public CatalogTransaction
    {
        requireNonNull(digest, "digest is null");
        changes = List.copyOf(changes);
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX) {
            throw new IllegalArgumentException("Cannot use transaction id '%s': its length must be 1 to %s".formatted(id, ID_LENGTH_MAX));
        }
        if (changes.isEmpty()) {
            throw new IllegalArgumentException("Cannot describe transaction %s: it changes nothing".formatted(id));
        }
    }

    /**
     * Whether it moves tables and views from one metadata file to another, and nothing else.
     */
    public boolean onlyMoves()
    {
        return changes.stream().allMatch(change -> change instanceof ObjectChange object && object.isMove());
    }
}
