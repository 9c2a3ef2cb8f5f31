package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.CatalogCommitResult;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;

import java.util.Optional;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

/**
 * Gives a request with a key one effect, however often and to whichever server it is sent. The key is the id of its transaction in
 * the catalog's log, so nothing is kept here and a restart forgets nothing.
 */
final class Once
{
    private final ObjectStoreCatalog catalog;

    Once(ObjectStoreCatalog catalog)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    /**
     * @param action changes one thing through the catalog that it is given
     * @param again makes the answer of a request that was committed before, from what it changed
     */
    Answer answer(Call call, Function<ObjectStoreCatalog, Answer> action, Function<CatalogCommitResult, Answer> again)
    {
        if (call.key().isEmpty()) {
            return action.apply(catalog);
        }
        RequestKey key = call.key().orElseThrow();
        try {
            return action.apply(catalog.forRequest(key.id(), key.digest()));
        }
        catch (CommitStateUnknownException e) {
            throw e;
        }
        catch (RuntimeException e) {
            // it may fail because it was done before, in any way: a table that was created exists
            return committed(key, e).map(again).orElseThrow(() -> e);
        }
    }

    private Optional<CatalogCommitResult> committed(RequestKey key, RuntimeException failure)
    {
        try {
            return catalog.committed(key.id(), key.digest());
        }
        catch (UnprocessableEntityException e) {
            throw e;
        }
        catch (RuntimeException e) {
            // an earlier attempt may have succeeded, and nobody can tell
            failure.addSuppressed(e);
            throw new CommitStateUnknownException(failure);
        }
    }
}
