package io.icegate.standalone;

import io.icegate.standalone.move.CatalogMove;
import io.icegate.standalone.move.MoveOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
                "Takes namespaces, tables and views from another catalog, Iceberg REST or JDBC. No file is copied: they stay where they are.",
                "May be run again: what is here already is left alone. Fails when something could not be moved.",
        },
        footer = {
                "",
                "Files may lie anywhere in the same kind of store: in any bucket that the credentials of this warehouse open, or in any folder of",
                "this machine. A table that lies elsewhere is refused.",
                "",
                "Without --drop-source a table is in both catalogs afterwards. Each of them takes the files for its own: change the table, and let",
                "its files be deleted, through one of them only. While it is changed there only, --update brings it up to date here.",
                "",
                "Example: icegate catalog import --from type=rest --from uri=http://polaris:8181 --from warehouse=prod web.orders",
        })
final class CatalogImportCommand
        implements Callable<Integer>
{
    @Mixin
    private MoveCommandOptions move = new MoveCommandOptions();

    @Option(names = "--from", paramLabel = "KEY=VALUE", required = true, description = MoveCommandOptions.OTHER)
    private Map<String, String> from = new LinkedHashMap<>();

    @Option(names = "--update", description = "Moves tables on that are here already at an earlier state, and were not changed here since.")
    private boolean update;

    @Override
    public Integer call()
    {
        MoveOptions chosen = move.options(update, false);
        ExistingCatalog.Work<Integer> work = open -> move.run(open, from, false, (own, other, options) -> new CatalogMove(other, own, options, move::tell), chosen);
        // a catalog is made for what comes, but not for a look
        return move.dryRun() ? move.catalog().useOrEmpty("import into", work) : move.catalog().useOrCreate("import into", work);
    }
}
