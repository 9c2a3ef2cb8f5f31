package io.icegate.standalone;

import io.icegate.alerting.evaluate.GroupReplay;
import io.icegate.alerting.evaluate.GroupReplay.Replayed;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.SqlTickQueries;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.server.ReplayRows;
import io.icegate.alerting.server.StoredRules;
import io.icegate.alerting.server.TemplateAnnotations;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.Counted;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
                "Evaluates the ticks of a time again, over the rows that had arrived for them, and tells the changes of alerts. It changes nothing.",
                "With --rules it tells what other rules would have done. With --diff it tells where this differs from the records, and fails when it does.",
        })
final class AlertReplayCommand
        implements Callable<Integer>
{
    private static final int DIFFERENCES_FOUND = 1;

    @Mixin
    private AlertRules rules = new AlertRules();

    @Mixin
    private AlertStore store = new AlertStore();

    @Option(names = "--from", paramLabel = "TIME", required = true, description = "First tick, as 2026-11-27T00:00:00Z, or how long ago it was, as 1h.")
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", description = "Last tick, in the same form (default: the last one with a record).")
    private Optional<String> to = Optional.empty();

    @Option(names = "--rules", paramLabel = "FILE", description = "File with the group as it should be evaluated, instead of the rules of that time.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--diff", description = "Tells only what differs from the records.")
    private boolean diff;

    @Option(names = "--json", description = "Prints one JSON object per change, or per difference.")
    private boolean json;

    @Parameters(paramLabel = "GROUP", description = "Name of the group, or TENANT/GROUP.")
    private String group = "";

    @Override
    public Integer call()
            throws InterruptedException
    {
        GroupName name = rules.groupName(group);
        Instant now = InstantSource.system().instant();
        Instant first = AlertRules.time("--from", from, now);
        Optional<Instant> until = to.map(text -> AlertRules.time("--to", text, now));
        Optional<RuleGroup> others = file.map(path -> group(path, name));
        Replayed replayed = store.use(rules.data(), "replay", (ruleStore, log) -> {
            StoredRules stored = new StoredRules(ruleStore);
            // rows of later ticks may be on their way
            Instant last = until.or(() -> log.newest(name).map(EvaluationRecord::tick)).orElse(now);
            Fold fold = new Fold(new TemplateAnnotations());
            try {
                return new GroupReplay(log, new SqlTickQueries(rules.engine(), rules.sql()), fold, version -> stored.version(name, version)).replay(name, first, last, others);
            }
            catch (QueryException e) {
                throw rules.unreachable(e);
            }
        });
        ResultTable.Format format = json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED;
        if (diff) {
            ResultTable.print(ReplayRows.DIFFERENCE, replayed.differences().stream().map(ReplayRows::difference).toList(), format, System.out);
        }
        else {
            ResultTable.print(ReplayRows.CHANGE, replayed.transitions().stream().map(ReplayRows::change).toList(), format, System.out);
        }
        System.err.println("%s, %s, %s from the records".formatted(Counted.of(replayed.ticks(), "tick"), Counted.of(replayed.transitions().size(), "change"), Counted.of(replayed.differences().size(), "difference")));
        return diff && !replayed.differences().isEmpty() ? DIFFERENCES_FOUND : 0;
    }

    private RuleGroup group(Path path, GroupName name)
    {
        ParsedRules parsed = rules.parse(List.of(path));
        List<Problem> problems = rules.check().check(parsed);
        if (!problems.isEmpty()) {
            throw new CommandException("Cannot use the rules, %s: %s".formatted(Counted.of(problems.size(), "problem"), String.join("\n  ", problems.stream().map(Problem::toString).toList())));
        }
        return parsed.groups().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandException("%s has no group %s".formatted(path, name)));
    }
}
