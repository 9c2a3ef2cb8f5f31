package io.icegate.standalone;

import io.icegate.alerting.evaluate.RuleValidation;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.standalone.console.Counted;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
                "Finds what is wrong with rules of alerts, and changes nothing.",
                "Tells all problems with file and line. Trino is asked about each query, which is then run once at the last tick. Fails when there is a problem.",
                "Warns of what a repeated evaluation may tell otherwise, which is no problem.",
        })
final class AlertCheckCommand
        implements Callable<Integer>
{
    private static final int PROBLEMS_FOUND = 1;

    @Mixin
    private AlertRules rules = new AlertRules();

    @Option(names = "--no-run", description = "Does not run the queries; Trino is asked only whether they are right.")
    private boolean noRun;

    @Option(names = "--offline", description = "Asks no Trino: files, templates and the grammar of queries are checked.")
    private boolean offline;

    @Option(names = "--json", description = "Prints one JSON object per problem, or per rule when there is none.")
    private boolean json;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of rules, or folders with them.")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call()
            throws InterruptedException
    {
        ParsedRules parsed = rules.parse(files);
        if (offline) {
            warn(rules.check().warnings(parsed));
            return print(rules.check().check(parsed)) ? PROBLEMS_FOUND : summary(parsed);
        }
        RuleValidation.Checked checked = rules.validate(parsed, !noRun);
        warn(checked.warnings());
        if (print(checked.problems())) {
            return PROBLEMS_FOUND;
        }
        if (!noRun) {
            List<List<Object>> rows = checked.run().stream()
                    .map(run -> List.<Object>of(run.group().name().toString(), run.result().rule(), run.result().rows().size(), run.result().millis()))
                    .toList();
            ResultTable.print(List.of("group", "alert", "rows", "millis"), rows, format(), System.out);
        }
        return summary(parsed);
    }

    private static void warn(List<Problem> warnings)
    {
        warnings.forEach(warning -> System.err.println("%s:%s: warning: %s".formatted(warning.file(), warning.line(), warning.message())));
    }

    /**
     * Returns whether there is any.
     */
    private boolean print(List<Problem> problems)
    {
        if (json) {
            ResultTable.print(
                    List.of("file", "line", "message"),
                    problems.stream().map(problem -> List.<Object>of(problem.file(), problem.line(), problem.message())).toList(),
                    ResultTable.Format.JSON,
                    System.out);
        }
        else {
            problems.forEach(System.out::println);
        }
        if (!problems.isEmpty()) {
            System.err.println(Counted.of(problems.size(), "problem"));
        }
        return !problems.isEmpty();
    }

    private static int summary(ParsedRules parsed)
    {
        System.err.println("OK: %s, %s".formatted(Counted.of(parsed.groups().size(), "group"), Counted.of(parsed.groups().stream().mapToInt(group -> group.rules().size()).sum(), "rule")));
        return 0;
    }

    private ResultTable.Format format()
    {
        return json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED;
    }
}
