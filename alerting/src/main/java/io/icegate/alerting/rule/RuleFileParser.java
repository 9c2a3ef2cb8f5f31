package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSet;
import io.icegate.alerting.rule.ParsedRules.RuleName;
import io.icegate.server.access.TenantHeader;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads files of rules. Strict: an unknown or repeated key, a value of another kind and a value out of range are problems, and all of them are told
 * together, each with its line. No objects are built from YAML, so tags and anchors can do nothing.
 *
 * <p>What is checked here is the form. {@link RuleCheck} checks queries and templates.
 */
public final class RuleFileParser
{
    static final Duration INTERVAL_DEFAULT = Duration.ofMinutes(1);
    static final Duration GRACE_DEFAULT = Duration.ofSeconds(10);
    static final Duration LATENESS_DEFAULT = Duration.ofMinutes(15);
    static final Duration CATCH_UP_DEFAULT = Duration.ofHours(1);

    private static final Pattern TENANT = Pattern.compile(TenantHeader.PATTERN);
    /**
     * Stands for a name that cannot be used, so that the rules below it are checked too.
     */
    private static final String UNUSABLE = "unusable";
    private static final Set<String> GROUP_KEYS = ImmutableSet.of("name", "tenant", "interval", "offset", "grace", "lateness", "catch_up", "notify", "rules");

    private final Problems problems;
    private final Map<RuleName, RuleOrigin> origins = new HashMap<>();
    private final List<String> fileLines;

    private final Optional<String> defaultTenant;

    private RuleFileParser(RuleFile file, Optional<String> defaultTenant)
    {
        this.defaultTenant = defaultTenant;
        problems = new Problems(file.name());
        fileLines = file.text().lines().toList();
    }

    /**
     * Reads one file.
     *
     * @param name of the file, as problems tell it
     */
    public static ParsedRules parse(String name, String text)
    {
        return parse(new RuleFile(name, text), Optional.empty());
    }

    private static ParsedRules parse(RuleFile file, Optional<String> defaultTenant)
    {
        return new RuleFileParser(file, defaultTenant).parse(file.text());
    }

    /**
     * Reads files that are used together: a group may stand in one of them only.
     */
    public static ParsedRules parse(List<RuleFile> files)
    {
        return parse(files, Optional.empty());
    }

    /**
     * As {@link #parse(List)}.
     *
     * @param defaultTenant of groups that name none; empty when each has to
     */
    public static ParsedRules parse(List<RuleFile> files, Optional<String> defaultTenant)
    {
        Map<GroupName, String> fileOfGroup = new HashMap<>();
        Map<String, Integer> groupsOfTenant = new HashMap<>();
        List<RuleGroup> groups = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map<RuleName, RuleOrigin> origins = new HashMap<>();
        for (RuleFile file : files) {
            ParsedRules parsed = parse(file, defaultTenant);
            problems.addAll(parsed.problems());
            parsed.origins().forEach(origins::putIfAbsent);
            for (RuleGroup group : parsed.groups()) {
                String earlier = fileOfGroup.putIfAbsent(group.name(), file.name());
                if (earlier != null) {
                    problems.add(new Problem(file.name(), 1, "group %s is also in %s; a group stands in one file, so rename or remove one".formatted(group.name(), earlier)));
                    continue;
                }
                groups.add(group);
                if (groupsOfTenant.merge(group.name().tenant(), 1, Integer::sum) == RuleLimits.GROUPS_PER_TENANT_MAX + 1) {
                    problems.add(new Problem(file.name(), 1, "tenant %s has more than %s groups; put rules together".formatted(group.name().tenant(), RuleLimits.GROUPS_PER_TENANT_MAX)));
                }
            }
        }
        return new ParsedRules(groups, problems, origins);
    }

    private ParsedRules parse(String text)
    {
        List<RuleGroup> groups = new ArrayList<>();
        YamlMapping.read(problems, text, "groups", Set.of("groups")).ifPresent(file -> groups.addAll(groups(file)));
        return new ParsedRules(groups, problems.list(), origins);
    }

    private List<RuleGroup> groups(YamlMapping file)
    {
        if (!file.lines().containsKey("groups")) {
            file.problem("groups", "'groups' is missing; begin the file with 'groups:' and a list of groups");
        }
        Map<GroupName, RuleGroup> groups = new LinkedHashMap<>();
        for (Node node : file.list("groups", RuleLimits.GROUPS_PER_TENANT_MAX).orElse(List.of())) {
            if (!(node instanceof MappingNode mapping)) {
                problems.add(node, "a group is a mapping; write '- name: …' and below it tenant and rules");
                continue;
            }
            String what = YamlMapping.peek(node, "name").map(name -> "group " + name).orElse("group");
            RuleGroup group = group(new YamlMapping(problems, what, mapping, GROUP_KEYS));
            if (groups.putIfAbsent(group.name(), group) != null && !group.name().group().equals(UNUSABLE)) {
                problems.add(node, "group %s is in this file twice; rename or remove one".formatted(group.name()));
            }
        }
        return List.copyOf(groups.values());
    }

    private RuleGroup group(YamlMapping group)
    {
        GroupName name = groupName(group);
        Duration interval = wholeSeconds(group, "interval", RuleLimits.INTERVAL_MIN, RuleLimits.INTERVAL_MAX).orElse(INTERVAL_DEFAULT);
        Duration offset = wholeSeconds(group, "offset", Duration.ZERO, interval.minusSeconds(1)).orElse(Duration.ZERO);
        if (!group.lines().containsKey("rules")) {
            group.problem("rules", "'rules' is missing; add 'rules:' and a list of rules");
        }
        Map<String, Rule> rules = new LinkedHashMap<>();
        for (Node node : group.list("rules", RuleLimits.RULES_PER_GROUP_MAX).orElse(List.of())) {
            if (!(node instanceof MappingNode mapping)) {
                problems.add(node, "group %s: a rule is a mapping; write '- alert: …' and below it window and sql".formatted(name.group()));
                continue;
            }
            RuleReader reader = new RuleReader(problems, fileLines, mapping);
            reader.rule().ifPresent(rule -> {
                if (rules.putIfAbsent(rule.alert(), rule) == null) {
                    // the first one, should the group be there twice
                    origins.putIfAbsent(new RuleName(name, rule.alert()), reader.origin());
                }
                else {
                    problems.add(node, "group %s: alert %s is there twice; rename or remove one".formatted(name.group(), rule.alert()));
                }
            });
        }
        return new RuleGroup(
                name,
                interval,
                offset,
                group.duration("grace", Duration.ZERO, RuleLimits.GRACE_MAX).orElse(GRACE_DEFAULT),
                group.duration("lateness", Duration.ZERO, RuleLimits.LATENESS_MAX).orElse(LATENESS_DEFAULT),
                group.duration("catch_up", Duration.ZERO, RuleLimits.CATCH_UP_MAX).orElse(CATCH_UP_DEFAULT),
                group.texts("notify", RuleLimits.CHANNELS_MAX),
                List.copyOf(rules.values()));
    }

    private static Optional<Duration> wholeSeconds(YamlMapping group, String key, Duration min, Duration max)
    {
        Optional<Duration> duration = group.duration(key, min, max);
        if (duration.filter(given -> given.toMillisPart() != 0).isPresent()) {
            group.problem(key, "'%s: %s' is not whole seconds".formatted(key, Durations.text(duration.orElseThrow())));
            return Optional.empty();
        }
        return duration;
    }

    private GroupName groupName(YamlMapping group)
    {
        Optional<String> name = group.required("name", "checkout");
        if (name.isPresent() && !GroupName.isValid(name.orElseThrow())) {
            group.problem("name", "'name: %s' is no name of a group; use 1 to 63 of a-z, 0-9 and -".formatted(name.orElseThrow()));
            name = Optional.empty();
        }
        Optional<String> tenant = defaultTenant.isPresent() && !group.lines().containsKey("tenant") ? defaultTenant : group.required("tenant", "default");
        if (tenant.isPresent() && !TENANT.matcher(tenant.orElseThrow()).matches()) {
            group.problem("tenant", "'tenant: %s' is no name of a tenant; it must match %s".formatted(tenant.orElseThrow(), TenantHeader.PATTERN));
            tenant = Optional.empty();
        }
        return new GroupName(tenant.orElse(UNUSABLE), name.orElse(UNUSABLE));
    }
}
