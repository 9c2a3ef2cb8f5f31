package io.icegate.standalone;

import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The rules and records of a warehouse, as they lie there; nothing has to run.
 */
final class AlertStore
{
    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    interface Work<T>
    {
        T with(RuleStore rules, EvaluationLog log)
                throws IOException, InterruptedException;
    }

    String uri(Path data)
    {
        return warehouse.uri(data);
    }

    /**
     * @param verb what is done, for messages
     */
    <T> T use(Path data, String verb, Work<T> work)
            throws InterruptedException
    {
        return use(uri(data), verb, work);
    }

    static <T> T use(String uri, String verb, Work<T> work)
            throws InterruptedException
    {
        RetryPolicy.Waiting waiting = RetryPolicy.Waiting.system();
        try (ObjectStore store = WritersOfWarehouse.open(uri).store()) {
            return work.with(new RuleStore(store, waiting), new EvaluationLog(store, InstantSource.system(), RetryPolicy.of(waiting)));
        }
        catch (CommandException e) {
            throw e;
        }
        catch (IOException | RuntimeException e) {
            throw new CommandException("Cannot %s rules of %s: %s".formatted(verb, uri, e.getMessage()), e);
        }
    }
}
