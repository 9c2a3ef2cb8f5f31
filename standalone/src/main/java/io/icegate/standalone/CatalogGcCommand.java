package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.standalone.console.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

@Command(
        name = "gc",
        mixinStandardHelpOptions = true,
        description = {
                "Deletes records of the catalog's log that are older than a week (in a local folder: a day) and that no younger state needs, and the metadata files that only they name.",
                "'start' and 'maintain' do so by themselves. May run beside everything else.",
        })
final class CatalogGcCommand
        implements Callable<Integer>
{
    @Mixin
    private ExistingCatalog catalog = new ExistingCatalog();

    @Override
    public Integer call()
    {
        long deleted = catalog.use("clean up", ObjectStoreCatalog::collectLog);
        System.out.println("Deleted %s of the log.".formatted(Counted.of(deleted, "object")));
        return 0;
    }
}
