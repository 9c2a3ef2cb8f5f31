package io.icegate.standalone.move;

import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.catalog.ViewCatalog;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.view.BaseView;
import org.apache.iceberg.view.ViewMetadata;

import java.util.Optional;

/**
 * One of the two catalogs of a move.
 */
interface CatalogSide
{
    Catalog tables();

    SupportsNamespaces namespaces();

    /**
     * Empty when the catalog has no views.
     */
    Optional<ViewCatalog> views();

    /**
     * @throws io.icegate.standalone.console.CommandException when the table must not get into another catalog like this
     */
    void verifyMayLeave(TableMetadata table, MoveOptions options);

    /**
     * @throws io.icegate.standalone.console.CommandException when this catalog could not read the table, or must not have it
     */
    void verifyMayCome(TableMetadata table);

    /**
     * @throws io.icegate.standalone.console.CommandException when {@link #update} could lose a change that others make meanwhile
     */
    void verifyUpdatable();

    /**
     * Moves a table on that stands at an earlier state of {@code next}.
     *
     * @param base what it has now
     * @throws org.apache.iceberg.exceptions.CommitFailedException when it is not there any more: nothing was changed
     */
    void update(TableIdentifier name, TableMetadata base, TableMetadata next);

    /**
     * A file with the metadata of a view here, which the other catalog may take for its own. Iceberg's catalogs delete the file of a view
     * that is dropped, so two catalogs must not have one file.
     */
    String fileToGive(TableIdentifier name, ViewMetadata view);

    /**
     * Takes a view of the other catalog.
     *
     * @param file that the other catalog gives for it
     */
    void registerView(TableIdentifier name, ViewMetadata view, String file);

    /**
     * Lets go of the file of a view, which the other catalog has too and is about to delete.
     */
    void leaveFile(TableIdentifier name, ViewMetadata view);

    /**
     * Drops a table, not its files, or a view, whose file may go with it, unless it has other metadata than the target got.
     *
     * @throws org.apache.iceberg.exceptions.CommitFailedException when it has: nothing was dropped
     */
    void dropTable(TableIdentifier name, String metadataLocation);

    void dropView(TableIdentifier name, String metadataLocation);

    default Optional<TableMetadata> table(TableIdentifier name)
    {
        try {
            return Optional.of(((HasTableOperations) tables().loadTable(name)).operations().current());
        }
        catch (NoSuchTableException _) {
            return Optional.empty();
        }
    }

    /**
     * @throws UnsupportedOperationException when the catalog has no views in fact
     */
    default Optional<ViewMetadata> view(TableIdentifier name)
    {
        try {
            return Optional.of(((BaseView) views().orElseThrow().loadView(name)).operations().current());
        }
        catch (NoSuchViewException _) {
            return Optional.empty();
        }
    }

    /**
     * Whether two locations are one, however catalogs spell it.
     */
    static boolean isSame(String one, String other)
    {
        return one.equals(other) || spelled(one).equals(spelled(other));
    }

    private static String spelled(String location)
    {
        try {
            return Warehouses.canonical(location);
        }
        catch (IllegalArgumentException _) {
            return location; // of a store that only the other catalog knows
        }
    }
}
