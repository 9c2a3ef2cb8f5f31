package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.standalone.console.ResultTable;
import io.icegate.standalone.move.CatalogMove;
import io.icegate.standalone.move.ForeignCatalog;
import io.icegate.standalone.move.ForeignCatalog.Access;
import io.icegate.standalone.move.JdbcDrivers;
import io.icegate.standalone.move.MoveOptions;
import io.icegate.standalone.move.MovedName;
import io.icegate.standalone.move.MovedName.Outcome;
import io.icegate.standalone.move.OwnSide;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code catalog export} and {@code catalog import} have in common.
 */
final class MoveCommandOptions
{
    static final String OTHER = "A property of the other catalog: type=rest or type=jdbc, uri=..., for JDBC name=..., and all others that Iceberg knows. Can be repeated.";

    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Parameters(paramLabel = "NAME", description = "Namespaces, tables and views to move, as in otel or otel.logs (default: all).")
    private Set<String> names = new LinkedHashSet<>();

    @Option(names = "--drop-source", description = "Drops from the catalog that it comes from what the other one has then. Files stay. Stop what writes to it before.")
    private boolean dropSource;

    @Option(names = "--dry-run", description = "Changes nothing, and tells what would be done.")
    private boolean dryRun;

    @Option(names = "--driver-jar", paramLabel = "FILE", description = "A JDBC driver besides those of PostgreSQL and SQLite. Can be repeated.")
    private List<Path> drivers = new ArrayList<>();

    @Option(names = "--json", description = "Prints one JSON object per name.")
    private boolean json;

    interface Direction
    {
        CatalogMove move(OwnSide own, ForeignCatalog other, MoveOptions options);
    }

    ExistingCatalog catalog()
    {
        return catalog;
    }

    boolean dryRun()
    {
        return dryRun;
    }

    MoveOptions options(boolean update, boolean walSnapshots)
    {
        return new MoveOptions(dryRun, dropSource, update, walSnapshots);
    }

    /**
     * Moves, and tells each name when it is done.
     *
     * @param mayChange whether the other catalog may get the tables of a catalog
     * @return 1 when something could not be moved
     */
    int run(ObjectStoreCatalog own, Map<String, String> other, boolean mayChange, Direction direction, MoveOptions options)
    {
        drivers.forEach(JdbcDrivers::add);
        Access access = !mayChange ? Access.READ : dryRun ? Access.PLAN : Access.CHANGE;
        try (ForeignCatalog opened = ForeignCatalog.open(other, own.warehouse().root(), WritersOfWarehouse.storeProperties(), access)) {
            Map<Outcome, Integer> counts = direction.move(new OwnSide(own), opened, options).run(names);
            String summary = counts.entrySet().stream().map(count -> "%s %s".formatted(count.getValue(), count.getKey().text())).collect(Collectors.joining(", "));
            System.err.println((dryRun ? "Nothing was changed. Without --dry-run: " : "") + (summary.isEmpty() ? "there is nothing to move" : summary));
            if (!options.dropSource() && counts.containsKey(Outcome.REGISTERED)) {
                System.err.println("What is registered is in both catalogs%s. Change it, and delete its files, through one of them only.".formatted(dryRun ? " then" : ""));
            }
            return counts.containsKey(Outcome.FAILED) ? 1 : 0;
        }
    }

    void tell(MovedName moved)
    {
        if (json) {
            ResultTable.print(MovedName.COLUMNS, List.of(List.copyOf(moved.row())), ResultTable.Format.JSON, System.out);
            return;
        }
        System.out.println("%-10s  %-9s  %s%s".formatted(moved.outcome().text(), moved.kind(), moved.name(), moved.reason().isEmpty() ? "" : ": " + moved.reason()));
    }
}
