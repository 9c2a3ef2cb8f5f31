package io.icegate.catalog.check;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Follows every reference of a table or view: metadata, the manifest list of each snapshot, manifests, statistics and, if wished, data
 * and delete files, which must be there with the size that was written down. Costs a request per object, a data file once however many
 * snapshots have it.
 *
 * <p>Others commit, expire and delete meanwhile. So a table with broken references is looked at again when the catalog has moved it to
 * other metadata since; only what is broken in a metadata file that is still the newest afterwards is told.
 */
public final class ReferenceCheck
{
    private static final int ATTEMPTS_MAX = 5;
    private static final String LOST_METADATA =
            "nothing of it can be read. 'icegate catalog log --name %s' names earlier metadata files; drop the table without purge and register one that exists, or restore the file";

    private final ObjectStoreCatalog catalog;
    private final ExecutorService readers;
    private final boolean withDataFiles;

    /**
     * @param readers asks for data files, as many at a time as it has threads
     * @param withDataFiles false looks at metadata alone
     */
    public ReferenceCheck(ObjectStoreCatalog catalog, ExecutorService readers, boolean withDataFiles)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.readers = requireNonNull(readers, "readers is null");
        this.withDataFiles = withDataFiles;
    }

    /**
     * What was found.
     *
     * @param objectCount how many objects were looked at
     */
    public record Result(long objectCount, List<BrokenReference> broken)
    {
        public Result
        {
            broken = List.copyOf(broken);
        }
    }

    /**
     * @return nothing broken for a name that was dropped meanwhile
     */
    public Result check(TableIdentifier name)
    {
        Optional<CatalogObject> object = catalog.state().object(name);
        for (int attempt = 1; object.isPresent(); attempt++) {
            Result result = check(name, object.orElseThrow());
            Optional<CatalogObject> now = result.broken().isEmpty() ? object : catalog.state().object(name);
            if (now.equals(object)) {
                return result;
            }
            if (attempt == ATTEMPTS_MAX) {
                throw new IllegalStateException("Cannot check %s: it was changed %s times meanwhile".formatted(name, ATTEMPTS_MAX));
            }
            object = now;
        }
        return new Result(0, List.of());
    }

    private Result check(TableIdentifier name, CatalogObject object)
    {
        Findings findings = new Findings(name, catalog.io());
        FileIO io = catalog.io();
        if (object.kind() == ObjectKind.VIEW) {
            read(findings, object, () -> ViewMetadataParser.read(io.newInputFile(object.metadataLocation())))
                    .map(ViewMetadata::uuid)
                    .ifPresent(uuid -> verifyUuid(findings, object, uuid));
            return findings.result();
        }
        Optional<TableMetadata> metadata = read(findings, object, () -> TableMetadataParser.read(io, object.metadataLocation()));
        if (metadata.isPresent()) {
            verifyUuid(findings, object, metadata.orElseThrow().uuid());
            new TableWalk(io, readers, metadata.orElseThrow(), findings).walk(withDataFiles);
        }
        return findings.result();
    }

    private static <T> Optional<T> read(Findings findings, CatalogObject object, Supplier<T> reader)
    {
        return findings.read(object.metadataLocation(), "its metadata", LOST_METADATA.formatted(findings.table()), reader);
    }

    private static void verifyUuid(Findings findings, CatalogObject object, String uuid)
    {
        if (!UUID.fromString(uuid).equals(object.uuid())) {
            findings.add(object.metadataLocation(), "its metadata is of another table: the catalog has UUID %s, the file %s".formatted(object.uuid(), uuid), LOST_METADATA.formatted(findings.table()));
        }
    }
}
