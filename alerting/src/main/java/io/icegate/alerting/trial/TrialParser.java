package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.Durations;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.Problems;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleFile;
import io.icegate.alerting.rule.RuleFileParser;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.rule.YamlMapping;
import io.icegate.alerting.trial.Expectation.State;
import io.icegate.server.NearestName;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Reads files of tests of rules, as strictly as rules: all problems together, each with its line. Those of the rules that they name are among them.
 */
public final class TrialParser
{
    static final int TRIALS_MAX = 200;
    static final int EXPECTATIONS_MAX = 1_000;
    private static final int RULE_FILES_MAX = 20;

    private static final Set<String> TRIAL_KEYS = ImmutableSet.of("name", "start", "rows", "expect");
    private static final Set<String> EXPECTATION_KEYS = ImmutableSet.of("at", "alert", "group", "state", "labels", "value");

    private final Problems problems;
    private final List<Problem> rulesProblems = new ArrayList<>();
    private final List<Trial> trials = new ArrayList<>();
    private List<RuleGroup> groups = List.of();
    private int count;

    private TrialParser(String file)
    {
        problems = new Problems(file);
    }

    /**
     * Reads a file, and the files of rules that it names.
     *
     * @param defaultTenant of groups that name none
     * @throws IOException when the file itself cannot be read
     */
    public static TrialFile parse(Path file, String defaultTenant, RuleCheck check)
            throws IOException
    {
        TrialParser parser = new TrialParser(file.toString());
        parser.parse(file, Files.readString(file, UTF_8), defaultTenant, check);
        List<Problem> all = new ArrayList<>(parser.problems.list());
        all.addAll(parser.rulesProblems);
        return new TrialFile(parser.count, parser.trials, all);
    }

    private void parse(Path path, String text, String defaultTenant, RuleCheck check)
    {
        Optional<YamlMapping> read = YamlMapping.read(problems, text, "rule_files", ImmutableSet.of("rule_files", "tests"));
        if (read.isEmpty()) {
            return;
        }
        YamlMapping file = read.orElseThrow();
        ParsedRules parsed = RuleFileParser.parse(ruleFiles(path, file), Optional.of(defaultTenant));
        rulesProblems.addAll(check.check(parsed));
        groups = parsed.groups();
        if (!file.lines().containsKey("tests")) {
            file.problem("tests", "'tests' is missing; add 'tests:' and a list of tests");
        }
        for (Node node : file.list("tests", TRIALS_MAX).orElse(List.of())) {
            count++;
            if (!(node instanceof MappingNode mapping)) {
                problems.add(node, "a test is a mapping; write '- rows: …' and below it expect");
                continue;
            }
            String name = YamlMapping.peek(node, "name").orElse(Integer.toString(count));
            trial(name, new YamlMapping(problems, "test " + name, mapping, TRIAL_KEYS));
        }
    }

    private List<RuleFile> ruleFiles(Path path, YamlMapping file)
    {
        if (!file.lines().containsKey("rule_files")) {
            file.problem("rule_files", "'rule_files' is missing; add a line such as 'rule_files: [rules.yaml]', relative to this file");
        }
        List<RuleFile> files = new ArrayList<>();
        for (String name : file.texts("rule_files", RULE_FILES_MAX).orElse(List.of())) {
            Path rules = path.resolveSibling(name);
            try {
                files.add(new RuleFile(rules.toString(), Files.readString(rules, UTF_8)));
            }
            catch (IOException e) {
                file.problem("rule_files", "cannot read %s: %s".formatted(rules, e));
            }
        }
        return files;
    }

    private void trial(String name, YamlMapping trial)
    {
        trial.text("name");
        Duration start = trial.duration("start", Duration.ZERO, TrialRowReader.TIME_MAX).orElse(Duration.ZERO);
        List<TrialRow> rows = new TrialRowReader(problems).read(trial);
        if (!trial.lines().containsKey("expect")) {
            trial.problem("expect", "'expect' is missing; add a list such as '[{at: 5m, alert: …, state: firing}]'");
        }
        Map<RuleGroup, List<Expectation>> byGroup = new LinkedHashMap<>();
        for (Node node : trial.list("expect", EXPECTATIONS_MAX).orElse(List.of())) {
            if (!(node instanceof MappingNode mapping)) {
                problems.add(node, "%s: what is expected is a mapping; write '{at: 5m, alert: …, state: firing}'".formatted(trial.what()));
                continue;
            }
            YamlMapping yaml = new YamlMapping(problems, trial.what() + ", expect", mapping, EXPECTATION_KEYS);
            Optional<Expectation> expectation = expectation(yaml);
            Optional<RuleGroup> group = group(yaml);
            if (expectation.isPresent() && group.isPresent()) {
                checkTick(yaml, expectation.orElseThrow(), group.orElseThrow(), start);
                byGroup.computeIfAbsent(group.orElseThrow(), _ -> new ArrayList<>()).add(expectation.orElseThrow());
            }
        }
        byGroup.forEach((group, expectations) -> trials.add(new Trial(problems.file(), name, trial.line(), only(group, expectations), start, rows, expectations)));
    }

    /**
     * The group with those rules that something is expected of: the others would be evaluated for nothing.
     */
    private static RuleGroup only(RuleGroup group, List<Expectation> expectations)
    {
        Set<String> alerts = expectations.stream().map(Expectation::alert).collect(Collectors.toSet());
        return group.withRules(group.rules().stream().filter(rule -> alerts.contains(rule.alert())).toList());
    }

    private static Optional<Expectation> expectation(YamlMapping yaml)
    {
        yaml.required("at", "5m");
        yaml.required("state", "firing");
        Optional<Duration> at = yaml.duration("at", Duration.ZERO, TrialRowReader.TIME_MAX);
        Optional<String> alert = yaml.required("alert", "CheckoutErrors");
        Optional<State> state = yaml.word("state", Arrays.stream(State.values()).map(State::text).toList()).map(word -> State.valueOf(word.toUpperCase(Locale.ROOT)));
        Map<String, String> labels = yaml.mapping("labels", Set.of()).<Map<String, String>>map(YamlMapping::textsByKey).orElse(Map.of());
        OptionalDouble value = value(yaml);
        if (value.isPresent() && state.equals(Optional.of(State.NONE))) {
            yaml.problem("value", "'value' means nothing with 'state: none'; remove it");
        }
        if (at.isEmpty() || alert.isEmpty() || state.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Expectation(yaml.line(), at.orElseThrow(), alert.orElseThrow(), state.orElseThrow(), ImmutableSortedMap.copyOf(labels), value));
    }

    private static OptionalDouble value(YamlMapping yaml)
    {
        Optional<String> text = yaml.text("value");
        try {
            return text.stream().mapToDouble(Double::parseDouble).findFirst();
        }
        catch (NumberFormatException _) {
            yaml.problem("value", "'value: %s' is no number".formatted(text.orElseThrow()));
            return OptionalDouble.empty();
        }
    }

    private Optional<RuleGroup> group(YamlMapping yaml)
    {
        Optional<String> alert = yaml.text("alert");
        Optional<String> name = yaml.text("group");
        if (alert.isEmpty()) {
            return Optional.empty();
        }
        List<RuleGroup> found = groups.stream()
                .filter(group -> name.isEmpty() || group.name().group().equals(name.orElseThrow()))
                .filter(group -> group.rules().stream().anyMatch(rule -> rule.alert().equals(alert.orElseThrow())))
                .toList();
        if (found.isEmpty()) {
            List<String> known = groups.stream().flatMap(group -> group.rules().stream()).map(rule -> rule.alert()).toList();
            yaml.problem("alert", "the files of rules have no alert '%s'%s%s".formatted(alert.orElseThrow(), name.map(" in group %s"::formatted).orElse(""), NearestName.hint(alert.orElseThrow(), known)));
        }
        if (found.size() > 1) {
            yaml.problem("alert", "several groups have the alert '%s': %s; add 'group'".formatted(alert.orElseThrow(), String.join(", ", found.stream().map(group -> group.name().toString()).toList())));
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    private static void checkTick(YamlMapping yaml, Expectation expectation, RuleGroup group, Duration start)
    {
        String at = Durations.text(expectation.at());
        if (expectation.at().toMillis() % group.interval().toMillis() != 0) {
            yaml.problem("at", "'at: %s' is no tick of group %s, which has one each %s".formatted(at, group.name().group(), Durations.text(group.interval())));
        }
        else if (expectation.at().compareTo(start) < 0) {
            yaml.problem("at", "'at: %s' is before 'start: %s', the first tick".formatted(at, Durations.text(start)));
        }
        else if (expectation.at().minus(start).dividedBy(group.interval()) >= Trial.TICKS_MAX) {
            yaml.problem("at", "'at: %s' is more than %s ticks after the first one; give a later 'start'".formatted(at, Trial.TICKS_MAX));
        }
        if (expectation.at().compareTo(TrialRowReader.TIME_MAX.minus(RuleLimits.INTERVAL_MAX)) > 0) {
            yaml.problem("at", "'at: %s' is too late; tests may take up to %s".formatted(at, Durations.text(TrialRowReader.TIME_MAX.minus(RuleLimits.INTERVAL_MAX))));
        }
    }
}
