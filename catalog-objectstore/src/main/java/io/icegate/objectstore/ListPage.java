package io.icegate.objectstore;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One page of a listing, in key order.
 *
 * @param truncated true when more keys follow; go on with the last key of this page as start-after
 * @param storeTime the store's clock when it answered, where the store sends it
 */
public record ListPage(List<ObjectHead> objects, boolean truncated, Optional<Instant> storeTime)
{
    public ListPage
    {
        objects = List.copyOf(objects);
        requireNonNull(storeTime, "storeTime is null");
        if (truncated && objects.isEmpty()) {
            throw new IllegalArgumentException("Cannot continue a listing: a truncated page must hold a key");
        }
    }
}
