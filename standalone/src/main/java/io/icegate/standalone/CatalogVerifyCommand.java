package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.check.BrokenReference;
import io.icegate.catalog.check.ReferenceCheck;
import io.icegate.catalog.state.CatalogState;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.Counted;
import io.icegate.standalone.console.ResultTable;
import org.apache.iceberg.catalog.TableIdentifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
                "Follows every reference of a catalog to its end: log, metadata, manifest lists, manifests, data and delete files.",
                "Names what is missing or unreadable, and what to do. Changes nothing, and may run beside everything else: a request per object. Fails when something is broken.",
        })
final class CatalogVerifyCommand
        implements Callable<Integer>
{
    private static final List<String> COLUMNS = List.of("name", "problem", "location", "remedy");
    private static final int READERS = 32;

    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Option(names = "--name", paramLabel = "NAME", description = "Only the table or view of this name, as in otel.logs.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--metadata-only", description = "Does not ask for data and delete files.")
    private boolean metadataOnly;

    @Option(names = "--json", description = "Prints one JSON object per broken reference.")
    private boolean json;

    @Override
    public Integer call()
    {
        List<BrokenReference> broken = catalog.use("verify", this::verify);
        if (!broken.isEmpty()) {
            List<List<String>> rows = broken.stream().map(each -> List.of(each.table().toString(), each.problem(), each.location(), each.remedy())).toList();
            ResultTable.print(COLUMNS, rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        }
        return broken.isEmpty() ? 0 : 1;
    }

    private List<BrokenReference> verify(ObjectStoreCatalog open)
    {
        CatalogState state = open.state();
        List<TableIdentifier> names = names(state).stream().filter(found -> name.isEmpty() || name.orElseThrow().equals(found.toString())).toList();
        if (names.isEmpty() && name.isPresent()) {
            throw new CommandException("Cannot verify %s: there is no such table or view".formatted(name.orElseThrow()));
        }
        List<BrokenReference> broken = new ArrayList<>();
        long objects = 0;
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS, Thread.ofPlatform().daemon().name("icegate-verify-", 0).factory())) {
            ReferenceCheck check = new ReferenceCheck(open, readers, !metadataOnly);
            for (TableIdentifier each : names) {
                ReferenceCheck.Result result = check.check(each);
                System.err.println("%s: %s, %s broken".formatted(each, Counted.of(result.objectCount(), "object"), result.broken().size()));
                broken.addAll(result.broken());
                objects += result.objectCount();
            }
        }
        System.err.println("Version %s: %s, %s, %s broken".formatted(state.version(), Counted.of(names.size(), "name"), Counted.of(objects, "object"), broken.size()));
        return broken;
    }

    private static List<TableIdentifier> names(CatalogState state)
    {
        List<TableIdentifier> names = new ArrayList<>();
        state.objects().forEach(inside -> inside.getValue().forEach(object -> names.add(TableIdentifier.of(inside.getKey(), object.getKey()))));
        return names;
    }
}
