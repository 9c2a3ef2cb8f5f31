package io.icegate.standalone;

import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.ScanBounds;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleQuery;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleVersion;
import io.icegate.alerting.server.StoredRules;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.RuleResult;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells the query that Trino gets for a rule, what bounds the tables that it reads, and what the last evaluations of the rule answered.")
final class AlertExplainCommand
        implements Callable<Integer>
{
    private static final int RECORDS = 10;

    @Mixin
    private AlertRules rules = new AlertRules();

    @Mixin
    private AlertStore store = new AlertStore();

    @Option(names = "--tick", paramLabel = "TIME", description = "Tick that is explained, as 2026-11-27T00:00:00Z, or how long ago it was, as 1h (default: the last one with a record).")
    private Optional<String> tick = Optional.empty();

    @Option(names = "--json", description = "Prints JSON objects: the query, then one per bound and one per evaluation.")
    private boolean json;

    @Parameters(paramLabel = "GROUP/RULE", description = "Name of the group and of the alert, or TENANT/GROUP/RULE.")
    private String target = "";

    /**
     * @param records with the one of the tick as the last
     */
    private record Explained(RuleGroup group, Rule rule, long version, Instant tick, Instant cutoff, List<EvaluationRecord> records) {}

    @Override
    public Integer call()
            throws InterruptedException
    {
        int slash = target.lastIndexOf('/');
        if (slash < 0) {
            throw new CommandException("'%s' names no rule: write GROUP/RULE".formatted(target));
        }
        GroupName name = rules.groupName(target.substring(0, slash));
        String alert = target.substring(slash + 1);
        Explained explained = store.use(rules.data(), "explain", (ruleStore, log) -> explained(ruleStore, log, name, alert));
        RuleQuery query = rules.sql().query(name.tenant(), explained.rule(), explained.tick(), explained.cutoff());
        List<ScanBounds> scans = scans(query);
        ResultTable.Format format = json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED;
        if (json) {
            ResultTable.print(
                    List.of("group", "version", "alert", "tick", "cutoff", "sql"),
                    List.of(List.of(name.toString(), explained.version(), alert, explained.tick().toString(), explained.cutoff().toString(), query.sql())),
                    format,
                    System.out);
        }
        else {
            System.out.println("-- %s, version %s, at tick %s over what had arrived before %s".formatted(name, explained.version(), explained.tick(), explained.cutoff()));
            System.out.println(query.sql().stripTrailing());
            System.out.println();
        }
        ResultTable.print(List.of("table", "column", "bounds"), scans.stream().map(scan -> List.<Object>of(scan.table(), scan.column(), scan.bounds())).toList(), format, System.out);
        ResultTable.print(List.of("tick", "status", "rows", "millis", "query_id"), explained.records().stream().map(record -> row(record, alert)).toList(), format, System.out);
        return 0;
    }

    private Explained explained(RuleStore ruleStore, EvaluationLog log, GroupName name, String alert)
            throws IOException
    {
        RuleVersion newest = Optional.ofNullable(ruleStore.newest().versions().get(name)).orElseThrow(() -> new CommandException("There is no group %s".formatted(name)));
        Instant now = InstantSource.system().instant();
        Optional<Instant> wanted = tick.map(text -> AlertRules.time("--tick", text, now));
        Optional<EvaluationRecord> last = wanted.isPresent() ? log.before(name, wanted.orElseThrow().plusSeconds(1)) : log.newest(name);
        List<EvaluationRecord> records = last.isEmpty() ? List.of() : latest(log, last.orElseThrow(), new StoredRules(ruleStore).version(name, last.orElseThrow().rulesVersion()));
        Optional<EvaluationRecord> ofTick = last.filter(record -> wanted.isEmpty() || record.tick().equals(wanted.orElseThrow()));
        long version = ofTick.map(EvaluationRecord::rulesVersion).orElse(newest.version());
        RuleGroup group = new StoredRules(ruleStore).version(name, version);
        Rule rule = group.rules().stream()
                .filter(each -> each.alert().equals(alert))
                .findFirst()
                .orElseThrow(() -> new CommandException("Version %s of group %s has no rule %s".formatted(version, name, alert)));
        Instant explainedTick = ofTick.map(EvaluationRecord::tick).or(() -> wanted.map(group::tickAtOrBefore)).orElseGet(() -> group.tickAtOrBefore(now.minus(group.grace())));
        Instant cutoff = ofTick.map(record -> record.result().cutoff()).orElseGet(() -> group.cutoff(explainedTick));
        return new Explained(group, rule, version, explainedTick, cutoff, records);
    }

    private static List<EvaluationRecord> latest(EvaluationLog log, EvaluationRecord last, RuleGroup group)
    {
        List<EvaluationRecord> records = log.records(last.group(), last.tick().minus(group.interval().multipliedBy(RECORDS - 1)), last.tick());
        return records.subList(Math.max(0, records.size() - RECORDS), records.size());
    }

    private List<ScanBounds> scans(RuleQuery query)
            throws InterruptedException
    {
        try {
            return ScanBounds.parse(rules.engine().run(query.inputs().sql(), 1).rows().getFirst().value(0).orElseThrow());
        }
        catch (QueryException e) {
            if (e.kind() == QueryException.Kind.UNAVAILABLE) {
                throw rules.unreachable(e);
            }
            throw new CommandException("Trino refuses the query: " + e.getMessage(), e);
        }
    }

    private static List<Object> row(EvaluationRecord record, String alert)
    {
        Optional<RuleResult> result = record.result().results().stream().filter(each -> each.rule().equals(alert)).findFirst();
        List<Object> row = new ArrayList<>(List.of(record.tick().toString(), status(record, result)));
        row.add(result.map(each -> Integer.toString(each.rows().size())).orElse(""));
        row.add(result.map(each -> Long.toString(each.millis())).orElse(""));
        row.add(result.flatMap(RuleResult::queryId).orElse(""));
        return row;
    }

    private static String status(EvaluationRecord record, Optional<RuleResult> result)
    {
        if (record.skipped().isPresent()) {
            return "skipped to " + record.end();
        }
        if (result.isEmpty()) {
            return "not recorded";
        }
        String outcome = result.orElseThrow().error().map("failed: %s"::formatted).orElse("ok");
        return record.incomplete() ? outcome + ", incomplete" : outcome;
    }
}
