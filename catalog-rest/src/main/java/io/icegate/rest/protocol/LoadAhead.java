package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;

import static java.util.Objects.requireNonNull;

/**
 * The metadata of a table where this process saw it last, asked of the store beside a look at the log. It counts once that look shows
 * that the table is still there; where nothing was guessed, or the store did not answer, the caller goes on without it. One request.
 */
final class LoadAhead
{
    private final Optional<String> guess;
    private final FutureTask<Seen> asking;

    private LoadAhead(Optional<String> guess, FutureTask<Seen> asking)
    {
        this.guess = requireNonNull(guess, "guess is null");
        this.asking = requireNonNull(asking, "asking is null");
    }

    /**
     * That there is a metadata file.
     *
     * @param metadata what it holds; empty when the client knows
     */
    record Seen(Optional<TableMetadata> metadata)
    {
        Seen
        {
            requireNonNull(metadata, "metadata is null");
        }
    }

    /**
     * @param isKnown whether the client has the metadata of a location, so that it is not read
     */
    static LoadAhead start(ObjectStoreCatalog catalog, TableIdentifier table, Predicate<String> isKnown)
    {
        Optional<String> guess = catalog.lastState().flatMap(state -> state.object(table, ObjectKind.TABLE)).map(CatalogObject::metadataLocation);
        FutureTask<Seen> asking = new FutureTask<>(() -> ask(catalog, guess.orElseThrow(), isKnown));
        if (guess.isPresent()) {
            Thread.startVirtualThread(asking);
        }
        return new LoadAhead(guess, asking);
    }

    private static Seen ask(ObjectStoreCatalog catalog, String location, Predicate<String> isKnown)
    {
        if (!isKnown.test(location)) {
            return new Seen(Optional.of(TableMetadataParser.read(catalog.io(), location)));
        }
        if (catalog.io().newInputFile(location).exists()) {
            return new Seen(Optional.empty());
        }
        throw new NotFoundException("File does not exist: %s", location);
    }

    /**
     * What was seen at the location where the table is; empty when it was elsewhere, is gone, or could not be asked for.
     */
    Optional<Seen> at(String location)
    {
        if (!guess.equals(Optional.of(location))) {
            return Optional.empty();
        }
        try {
            return Optional.of(asking.get());
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        catch (ExecutionException e) {
            return Optional.empty(); // whoever reads it again learns what is wrong
        }
    }
}
