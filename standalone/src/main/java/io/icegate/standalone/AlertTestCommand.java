package io.icegate.standalone;

import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.server.TemplateAnnotations;
import io.icegate.alerting.trial.Trial;
import io.icegate.alerting.trial.TrialFile;
import io.icegate.alerting.trial.TrialParser;
import io.icegate.alerting.trial.TrialRunner;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.Counted;
import io.icegate.standalone.console.ResultTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
                "Runs tests of rules: files with rows, and with what becomes of the alerts. docs/operations/alerting.md has the format.",
                "Trino evaluates the rules over the rows of the files; no tables and no data are needed, and nothing is changed. Fails when anything is not as expected.",
        })
final class AlertTestCommand
        implements Callable<Integer>
{
    private static final int FAILURES_FOUND = 1;

    @Mixin
    private AlertRules rules = new AlertRules();

    @Option(names = "--json", description = "Prints one JSON object per failure.")
    private boolean json;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files with tests.")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call()
            throws InterruptedException
    {
        List<TrialFile> read = files.stream().map(this::read).toList();
        List<Problem> failures = read.stream().flatMap(file -> file.problems().stream()).toList();
        int count = read.stream().mapToInt(TrialFile::count).sum();
        if (failures.isEmpty()) {
            failures = run(read.stream().flatMap(file -> file.trials().stream()).toList());
        }
        if (json) {
            ResultTable.print(
                    List.of("file", "line", "message"),
                    failures.stream().map(failure -> List.<Object>of(failure.file(), failure.line(), failure.message())).toList(),
                    ResultTable.Format.JSON,
                    System.out);
        }
        else {
            failures.forEach(System.out::println);
        }
        System.err.println(failures.isEmpty() ? "OK: " + Counted.of(count, "test") : Counted.of(failures.size(), "failure"));
        return failures.isEmpty() ? 0 : FAILURES_FOUND;
    }

    private TrialFile read(Path file)
    {
        try {
            return TrialParser.parse(file, rules.tenant(), rules.check());
        }
        catch (IOException e) {
            throw new CommandException("Cannot read tests: " + e, e);
        }
    }

    private List<Problem> run(List<Trial> trials)
            throws InterruptedException
    {
        try {
            return new TrialRunner(rules.engine(), new TemplateAnnotations()).run(trials);
        }
        catch (QueryException e) {
            throw rules.unreachable(e);
        }
    }
}
