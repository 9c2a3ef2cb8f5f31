package io.icegate.standalone.move;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.standalone.console.CommandException;
import io.icegate.wal.engine.EngineWal;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * The catalog of our warehouse.
 */
public final class OwnSide
        implements CatalogSide
{
    private static final List<String> PATH_PROPERTIES = List.of("write.data.path", "write.metadata.path", "write.object-storage.path", "write.folder-storage.path");

    private final ObjectStoreCatalog catalog;

    /**
     * @param catalog stays the caller's to close
     */
    public OwnSide(ObjectStoreCatalog catalog)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    @Override
    public Catalog tables()
    {
        return catalog;
    }

    @Override
    public SupportsNamespaces namespaces()
    {
        return catalog;
    }

    @Override
    public Optional<ViewCatalog> views()
    {
        return Optional.of(catalog);
    }

    /**
     * What is committed of a table with a WAL is a part of its rows, and its segments stay files of this warehouse.
     */
    @Override
    public void verifyMayLeave(TableMetadata table, MoveOptions options)
    {
        if (!EngineWal.isWalTable(table.properties())) {
            return;
        }
        if (options.dropSource()) {
            throw new CommandException("it takes segments: those that it needs lie in the WAL of this warehouse, which a dropped table leaves to be deleted. Move its rows: CREATE TABLE ... AS SELECT");
        }
        if (!options.walSnapshots()) {
            throw new CommandException("it takes segments: rows that wait would be missing there, and commits of both catalogs would part. With --snapshot the other catalog gets what is committed now, for reading");
        }
    }

    @Override
    public void verifyMayCome(TableMetadata table)
    {
        String root = catalog.warehouse().root() + "/";
        if (EngineWal.isWalTable(table.properties()) && !table.location().startsWith(root)) {
            throw new CommandException("it takes segments in another warehouse of IceGate, whose receivers commit them. Copy its rows: CREATE TABLE ... AS SELECT");
        }
        try {
            verifyReadable(table);
        }
        catch (RuntimeException e) {
            throw new CommandException("its files cannot be read from here: " + Failures.message(e), e);
        }
    }

    /**
     * The first file of each kind is asked for, and each manifest must lie where it can be read.
     */
    private void verifyReadable(TableMetadata table)
    {
        FileIO io = catalog.io();
        Stream.concat(Stream.of(table.location()), PATH_PROPERTIES.stream().map(table.properties()::get).flatMap(Stream::ofNullable)).forEach(Warehouses::canonical);
        Snapshot current = table.currentSnapshot();
        if (current == null) {
            return;
        }
        List<ManifestFile> manifests = current.allManifests(io);
        manifests.stream().map(ManifestFile::path).forEach(Warehouses::canonical);
        if (!manifests.isEmpty() && !io.newInputFile(manifests.getFirst().path()).exists()) {
            throw new CommandException("%s is missing".formatted(manifests.getFirst().path()));
        }
    }

    @Override
    public void verifyUpdatable() {}

    @Override
    public void update(TableIdentifier name, TableMetadata base, TableMetadata next)
    {
        catalog.commitTable(name, base, next, next.metadataFileLocation());
    }

    @Override
    public String fileToGive(TableIdentifier name, ViewMetadata view)
    {
        // in a folder of its own: no other view or table has it
        String copy = "%s/metadata/00000-%s.metadata.json".formatted(catalog.newLocation(name), view.uuid());
        ViewMetadataParser.write(view, catalog.io().newOutputFile(copy));
        return copy;
    }

    @Override
    public void registerView(TableIdentifier name, ViewMetadata view, String file)
    {
        catalog.commitView(name, null, view, fileToGive(name, view));
    }

    @Override
    public void leaveFile(TableIdentifier name, ViewMetadata view)
    {
        catalog.commitView(name, view, view, fileToGive(name, view));
    }

    @Override
    public void dropTable(TableIdentifier name, String metadataLocation)
    {
        catalog.dropAt(name, metadataLocation);
    }

    @Override
    public void dropView(TableIdentifier name, String metadataLocation)
    {
        catalog.dropAt(name, metadataLocation);
    }
}
