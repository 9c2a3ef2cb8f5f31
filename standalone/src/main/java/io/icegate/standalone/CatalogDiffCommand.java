package io.icegate.standalone;

import io.icegate.standalone.console.ResultTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = "Tells how two states of a catalog differ. Each is " + CatalogPoint.FORM + ".")
final class CatalogDiffCommand
        implements Callable<Integer>
{
    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Parameters(index = "0", paramLabel = "FROM", description = "The earlier state.")
    private String from = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TO", description = "The later state (default: now).")
    private Optional<String> to = Optional.empty();

    @Option(names = "--json", description = "Prints one JSON object per difference.")
    private boolean json;

    @Override
    public Integer call()
    {
        List<List<@Nullable Object>> rows = catalog.use("read", open -> CatalogRows.differences(
                new CatalogPoint(from).state(open),
                to.map(point -> new CatalogPoint(point).state(open)).orElseGet(open::state)));
        ResultTable.print(CatalogRows.DIFFERENCE_COLUMNS, rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        return 0;
    }
}
