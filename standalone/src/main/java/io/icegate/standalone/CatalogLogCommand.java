package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import static java.lang.Math.max;

@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        description = {
                "Tells what happened in a catalog, the newest first: what was created, changed, renamed and dropped, when, and by which process.",
                "A process has another number with each start. Records are kept for a week, in a local folder for a day.",
        })
final class CatalogLogCommand
        implements Callable<Integer>
{
    /**
     * So many records are read at most to find those of one name.
     */
    private static final int RECORDS_MAX = 20_000;
    private static final int PORTION = 64;

    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Option(names = "--name", paramLabel = "NAME", description = "Only what happened to the table, view or namespace of this name, as in otel.logs.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "Changes to print at most (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Prints one JSON object per change.")
    private boolean json;

    @Override
    public Integer call()
    {
        if (limit < 1) {
            throw new CommandException("Cannot use --limit %s: it must be at least 1".formatted(limit));
        }
        List<List<@Nullable Object>> rows = catalog.use("read", this::rows);
        ResultTable.print(CatalogRows.LOG_COLUMNS, rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        return 0;
    }

    private List<List<@Nullable Object>> rows(ObjectStoreCatalog open)
    {
        long newest = open.state().version();
        long floor = max(open.floor(), newest - RECORDS_MAX);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (long end = newest; end > floor && rows.size() < limit; end = max(floor, end - PORTION)) {
            long last = end;
            List<CatalogCommit> portion = open.changes(max(floor, end - PORTION)).stream().filter(commit -> commit.version() <= last).toList();
            for (CatalogCommit commit : portion.reversed()) {
                rows.addAll(CatalogRows.log(commit, found -> name.isEmpty() || name.orElseThrow().equals(found)));
            }
        }
        if (rows.size() < limit && floor > 0) {
            System.err.println(floor == newest - RECORDS_MAX
                    ? "icegate: only the newest %s records were looked at".formatted(RECORDS_MAX)
                    : "icegate: what happened up to version %s was longer ago than records are kept".formatted(floor));
        }
        return rows.subList(0, Math.min(limit, rows.size()));
    }
}
