package io.icegate.standalone;

import io.icegate.catalog.state.CatalogState;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Tells what is in a catalog, now or at an earlier version or time: namespaces, tables and views, with their metadata files.")
final class CatalogShowCommand
        implements Callable<Integer>
{
    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Option(names = "--at", paramLabel = "POINT", description = "As it was then: " + CatalogPoint.FORM + ".")
    private Optional<String> at = Optional.empty();

    @Option(names = "--json", description = "Prints one JSON object per namespace, table and view.")
    private boolean json;

    @Override
    public Integer call()
    {
        CatalogState state = catalog.use("read", open -> at.map(point -> new CatalogPoint(point).state(open)).orElseGet(open::state));
        if (!json) {
            System.out.println("Version %s of %s".formatted(state.version(), state.timestamp()));
        }
        ResultTable.print(CatalogRows.STATE_COLUMNS, CatalogRows.state(state), json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        return 0;
    }
}
