package io.icegate.standalone;

import io.icegate.standalone.move.CatalogMove;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
                "Gives namespaces, tables and views to another catalog, Iceberg REST or JDBC. No file is copied: it is told where the metadata lies.",
                "May be run again: what is there already is left alone. Fails when something could not be moved.",
        },
        footer = {
                "",
                "Without --drop-source a table is in both catalogs afterwards. Each of them takes the files for its own: change the table, and let",
                "its files be deleted, through one of them only.",
                "",
                "A table that takes segments is refused: rows that wait in the WAL would be missing there. With --snapshot the other catalog gets",
                "what is committed at that moment, for reading: it follows no later commit, and can be read as long as this warehouse keeps",
                "the snapshot. Such a table cannot be dropped here by --drop-source.",
                "",
                "Example: icegate catalog export --to type=jdbc --to name=prod --to uri=jdbc:postgresql://db/catalog --to jdbc.user=me web",
        })
final class CatalogExportCommand
        implements Callable<Integer>
{
    @Mixin
    private MoveCommandOptions move = new MoveCommandOptions();

    @Option(names = "--to", paramLabel = "KEY=VALUE", required = true, description = MoveCommandOptions.OTHER)
    private Map<String, String> to = new LinkedHashMap<>();

    @Option(names = "--snapshot", description = "Also tables that take segments, as they are committed now, for reading.")
    private boolean snapshot;

    @Override
    public Integer call()
    {
        return move.catalog().use("export", open ->
                move.run(open, to, true, (own, other, options) -> new CatalogMove(own, other, options, move::tell), move.options(false, snapshot)));
    }
}
