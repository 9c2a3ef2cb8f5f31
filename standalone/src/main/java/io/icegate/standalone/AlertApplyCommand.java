package io.icegate.standalone;

import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.RuleApply;
import io.icegate.alerting.rule.RuleApply.Change;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.Counted;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
                "Makes the rules of files those of a warehouse, after all of them were checked. What is the same already stays as it is.",
                "Each change is a new version of its group, and earlier ones are kept. Evaluators see it within seconds.",
        })
final class AlertApplyCommand
        implements Callable<Integer>
{
    private static final int PROBLEMS_FOUND = 1;

    @Mixin
    private AlertRules rules = new AlertRules();

    @Mixin
    private AlertStore store = new AlertStore();

    @Option(names = "--prune", description = "Deletes groups that came from files and are not there any more.")
    private boolean prune;

    @Option(names = "--dry-run", description = "Tells what would change.")
    private boolean dryRun;

    @Option(names = "--offline", description = "Asks no Trino: files, templates and the grammar of queries are checked.")
    private boolean offline;

    @Option(names = "--json", description = "Prints one JSON object per group.")
    private boolean json;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders with files of rules, or files.")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call()
            throws InterruptedException
    {
        ParsedRules parsed = rules.parse(files);
        List<Problem> problems = offline ? rules.check().check(parsed) : rules.validate(parsed, true).problems();
        if (!problems.isEmpty()) {
            problems.forEach(System.err::println);
            System.err.println("Nothing was changed: " + Counted.of(problems.size(), "problem"));
            return PROBLEMS_FOUND;
        }
        List<List<Object>> rows = store.use(rules.data(), "apply", (ruleStore, _) -> apply(ruleStore, parsed));
        ResultTable.print(List.of("group", "change", "version"), rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        return 0;
    }

    private List<List<Object>> apply(RuleStore ruleStore, ParsedRules parsed)
            throws IOException
    {
        RuleApply apply = new RuleApply(ruleStore);
        Instant now = InstantSource.system().instant();
        String by = System.getProperty("user.name", "icegate");
        List<List<Object>> rows = new ArrayList<>();
        for (Change change : apply.plan(parsed, prune)) {
            String kind = change.kind().name().toLowerCase(Locale.ROOT);
            rows.add(List.of(change.name().toString(), dryRun ? "would be " + kind : kind, dryRun ? change.expected() : apply.apply(change, now, by)));
        }
        return rows;
    }

    /**
     * Applies files before an evaluator starts that is to have them. Trino does not run yet, so it is not asked.
     */
    static void applyOffline(AlertRules rules, String warehouse, List<Path> folders)
            throws InterruptedException
    {
        ParsedRules parsed = rules.parse(folders);
        List<Problem> problems = rules.check().check(parsed);
        if (!problems.isEmpty()) {
            throw new CommandException("Cannot use the rules, %s: %s".formatted(Counted.of(problems.size(), "problem"), String.join("\n  ", problems.stream().map(Problem::toString).toList())));
        }
        AlertStore.use(warehouse, "apply", (ruleStore, _) -> {
            RuleApply apply = new RuleApply(ruleStore);
            Instant now = InstantSource.system().instant();
            for (Change change : apply.plan(parsed, false)) {
                apply.apply(change, now, System.getProperty("user.name", "icegate"));
            }
            return parsed.groups().size();
        });
    }
}
