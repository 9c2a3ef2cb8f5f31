package io.icegate.standalone;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleVersion;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Tells the rules of a warehouse, how many of their alerts are pending and firing, and when they were last evaluated. Nothing has to run.")
final class AlertListCommand
        implements Callable<Integer>
{
    private static final List<String> COLUMNS = List.of("group", "version", "alert", "pending", "firing", "last_tick", "error");

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private AlertStore store = new AlertStore();

    @Option(names = "--json", description = "Prints one JSON object per rule.")
    private boolean json;

    @Override
    public Integer call()
            throws InterruptedException
    {
        List<List<Object>> rows = store.use(data.path(), "list", AlertListCommand::rows);
        ResultTable.print(COLUMNS, rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        return 0;
    }

    private static List<List<Object>> rows(RuleStore rules, EvaluationLog log)
            throws IOException
    {
        List<List<Object>> rows = new ArrayList<>();
        RuleStore.Newest newest = rules.newest();
        for (Map.Entry<GroupName, RuleVersion> entry : newest.versions().entrySet()) {
            if (!entry.getValue().isDeleted()) {
                Optional<EvaluationRecord> record = log.newest(entry.getKey());
                entry.getValue().group().orElseThrow().rules().forEach(rule -> rows.add(row(entry.getValue(), rule, record)));
            }
        }
        newest.failures().forEach((name, failure) -> rows.add(List.of(name.toString(), "", "", "", "", "", failure)));
        return rows;
    }

    private static List<Object> row(RuleVersion version, Rule rule, Optional<EvaluationRecord> record)
    {
        Optional<String> error = record.stream()
                .flatMap(each -> each.result().results().stream())
                .filter(result -> result.rule().equals(rule.alert()))
                .flatMap(result -> result.error().stream())
                .findFirst();
        return List.of(
                version.name().toString(),
                version.version(),
                rule.alert(),
                count(record, rule, AlertState.PENDING),
                count(record, rule, AlertState.FIRING),
                record.map(each -> each.tick().toString()).orElse("never"),
                error.orElse(""));
    }

    private static long count(Optional<EvaluationRecord> record, Rule rule, AlertState state)
    {
        return record.stream().flatMap(each -> each.state().alerts().stream()).filter(alert -> alert.rule().equals(rule.alert()) && alert.state() == state).count();
    }
}
