package io.icegate.alerting.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.RuleValidation;
import io.icegate.alerting.evaluate.RuleValidation.Checked;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.Problem;
import io.icegate.alerting.rule.RuleFile;
import io.icegate.alerting.rule.RuleFileParser;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleLimits;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleVersion;
import io.icegate.alerting.rule.RuleVersionParser;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecordParser;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Rules over HTTP: reads and writes versions of groups, checks them before. A change names the version that it replaces, so of two who change one group the second is told.
 */
final class RuleApi
{
    static final int EVALUATIONS_MAX = 100;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern TAG = Pattern.compile("\"(\\d{1,18})\"");

    private final RuleStore store;
    private final EvaluationLog log;
    private final RuleValidation validation;
    private final InstantSource clock;

    /**
     * What a change expects to replace.
     */
    record Precondition(Optional<String> ifMatch, Optional<String> ifNoneMatch) {}

    RuleApi(RuleStore store, EvaluationLog log, RuleValidation validation, InstantSource clock)
    {
        this.store = requireNonNull(store, "store is null");
        this.log = requireNonNull(log, "log is null");
        this.validation = requireNonNull(validation, "validation is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * The groups of a tenant, without those that were deleted.
     */
    Answer groups(String tenant)
            throws IOException
    {
        RuleStore.Newest newest = store.newest();
        ObjectNode answer = JSON.objectNode();
        ArrayNode groups = answer.putArray("groups");
        newest.versions().forEach((name, version) -> {
            if (name.tenant().equals(tenant) && !version.isDeleted()) {
                groups.add(json(version));
            }
        });
        ArrayNode unreadable = JSON.arrayNode();
        newest.failures().forEach((name, failure) -> {
            if (name.tenant().equals(tenant)) {
                unreadable.add(JSON.objectNode().put("name", name.group()).put("error", failure));
            }
        });
        if (!unreadable.isEmpty()) {
            answer.set("unreadable", unreadable);
        }
        return Answer.of(answer);
    }

    Answer group(GroupName name)
            throws IOException
    {
        RuleVersion version = existing(name);
        return Answer.tagged(Answer.OK, json(version), version.version());
    }

    Answer version(GroupName name, String number)
            throws IOException
    {
        long wanted = Pattern.matches("\\d{1,18}", number) ? Long.parseLong(number) : 0;
        RuleVersion version = (wanted == 0 ? Optional.<RuleVersion>empty() : store.version(name, wanted))
                .orElseThrow(() -> new ApiException(Answer.NOT_FOUND, "Group '%s' has no version %s".formatted(name.group(), number)));
        return Answer.tagged(Answer.OK, json(version), version.version());
    }

    /**
     * Writes the rules of one group.
     *
     * @param file YAML, or JSON, which is YAML too
     * @param force whether a group that is kept in files may be changed
     */
    Answer put(GroupName name, String file, Precondition precondition, String by, boolean force)
            throws IOException, QueryException, InterruptedException
    {
        Optional<RuleVersion> newest = store.newest(name);
        long expected = expected(name, newest, precondition);
        requireOwn(newest, force);
        RuleGroup group = checkedGroup(name, file, true);
        if (newest.isEmpty() && store.newest().versions().keySet().stream().filter(each -> each.tenant().equals(name.tenant())).count() >= RuleLimits.GROUPS_PER_TENANT_MAX) {
            throw new ApiException(Answer.INVALID, "Tenant '%s' has %s groups, and none may have more".formatted(name.tenant(), RuleLimits.GROUPS_PER_TENANT_MAX));
        }
        return written(name, store.write(name, expected, Optional.of(group), clock.instant(), by, RuleStore.API_SOURCE, store.id()), newest.isEmpty() ? Answer.CREATED : Answer.OK);
    }

    Answer delete(GroupName name, Precondition precondition, String by, boolean force)
            throws IOException
    {
        RuleVersion newest = existing(name);
        long expected = expected(name, Optional.of(newest), precondition);
        requireOwn(Optional.of(newest), force);
        return written(name, store.write(name, expected, Optional.empty(), clock.instant(), by, RuleStore.API_SOURCE, store.id()), Answer.OK);
    }

    /**
     * Checks rules and changes nothing.
     */
    Answer check(String tenant, String file, boolean runs)
            throws QueryException, InterruptedException
    {
        ParsedRules parsed = RuleFileParser.parse(List.of(new RuleFile("rules", file)), Optional.of(tenant));
        Checked checked = validation.check(parsed, clock.instant(), runs);
        ObjectNode answer = JSON.objectNode();
        answer.set("problems", problems(checked.problems()));
        answer.set("warnings", problems(checked.warnings()));
        ArrayNode run = answer.putArray("rules");
        checked.run().forEach(each -> run.add(JSON.objectNode()
                .put("group", each.group().name().group())
                .put("alert", each.result().rule())
                .put("rows", each.result().rows().size())
                .put("millis", each.result().millis())));
        return new Answer(checked.problems().isEmpty() ? Answer.OK : Answer.INVALID, Optional.of(answer), Map.of());
    }

    /**
     * The newest records of a group, newest last.
     */
    Answer evaluations(GroupName name)
            throws IOException
    {
        RuleVersion version = existing(name);
        Instant to = clock.instant();
        Duration interval = version.group().map(RuleGroup::interval).orElse(RuleLimits.INTERVAL_MAX);
        List<EvaluationRecord> records = log.records(name, to.minus(interval.multipliedBy(EVALUATIONS_MAX)), to);
        ArrayNode list = JSON.arrayNode();
        for (EvaluationRecord record : records) {
            list.add(MAPPER.readTree(EvaluationRecordParser.toJson(record).content()));
        }
        ObjectNode answer = JSON.objectNode();
        answer.set("evaluations", list);
        return Answer.of(answer);
    }

    private RuleVersion existing(GroupName name)
            throws IOException
    {
        return store.newest(name)
                .filter(version -> !version.isDeleted())
                .orElseThrow(() -> new ApiException(Answer.NOT_FOUND, "There is no group '%s' of tenant '%s'".formatted(name.group(), name.tenant())));
    }

    private static long expected(GroupName name, Optional<RuleVersion> newest, Precondition precondition)
    {
        long number = newest.map(RuleVersion::version).orElse(0L);
        boolean isThere = newest.filter(version -> !version.isDeleted()).isPresent();
        if (precondition.ifNoneMatch().isPresent()) {
            if (!precondition.ifNoneMatch().orElseThrow().strip().equals("*")) {
                throw new ApiException(Answer.BAD_REQUEST, "If-None-Match must be *, to create a group");
            }
            if (isThere) {
                throw new ApiException(Answer.PRECONDITION_FAILED, "Group '%s' is there, in version %s".formatted(name.group(), number));
            }
            return number;
        }
        String tag = precondition.ifMatch().orElseThrow(() -> new ApiException(
                Answer.PRECONDITION_REQUIRED, "Say what is to be replaced: If-None-Match: * creates a group, If-Match: \"%s\" replaces that version".formatted(Math.max(number, 1))));
        Matcher parsed = TAG.matcher(tag.strip());
        if (!parsed.matches()) {
            throw new ApiException(Answer.BAD_REQUEST, "If-Match must be the ETag of a version, such as \"7\"");
        }
        long expected = Long.parseLong(parsed.group(1));
        if (expected != number) {
            throw new ApiException(Answer.PRECONDITION_FAILED, "Group '%s' is in version %s, not %s: read it again".formatted(name.group(), number, expected));
        }
        return expected;
    }

    private static void requireOwn(Optional<RuleVersion> newest, boolean force)
    {
        boolean ofFile = newest.filter(version -> !version.isDeleted() && !version.source().equals(RuleStore.API_SOURCE)).isPresent();
        if (ofFile && !force) {
            throw new ApiException(Answer.PRECONDITION_FAILED, "These rules come from %s, and the next apply would bring them back: change them there, or add force=true".formatted(newest.orElseThrow().source()));
        }
    }

    /**
     * @throws ApiException when there is no such group
     */
    void requireGroup(GroupName name)
            throws IOException
    {
        existing(name);
    }

    /**
     * The group of a file that holds no other.
     *
     * @param runs whether its rules are run
     * @throws ApiException with all its problems
     */
    RuleGroup checkedGroup(GroupName name, String file, boolean runs)
            throws QueryException, InterruptedException
    {
        ParsedRules parsed = RuleFileParser.parse(List.of(new RuleFile(name.group(), file)), Optional.of(name.tenant()));
        List<Problem> problems = validation.check(parsed, clock.instant(), runs).problems();
        if (!problems.isEmpty()) {
            throw new ApiException(Answer.INVALID, "The rules have %s problems".formatted(problems.size()), problems);
        }
        if (parsed.groups().size() != 1 || !parsed.groups().getFirst().name().equals(name)) {
            throw new ApiException(Answer.INVALID, "The body must hold one group, named %s, of tenant %s".formatted(name.group(), name.tenant()));
        }
        return parsed.groups().getFirst();
    }

    private static Answer written(GroupName name, RuleStore.Outcome outcome, int status)
    {
        return switch (outcome) {
            case RuleStore.Written written -> Answer.tagged(status, json(written.version()), written.version().version());
            case RuleStore.Moved moved -> throw new ApiException(Answer.PRECONDITION_FAILED, "Group '%s' is in version %s now: read it again".formatted(name.group(), moved.newest()));
            case RuleStore.Unknown unknown -> throw new ApiException(
                    Answer.UNAVAILABLE, "Cannot tell whether the version is stored: %s. Read the group; the version's id is %s".formatted(unknown.failure().getMessage(), unknown.id()));
        };
    }

    static ObjectNode json(RuleVersion version)
    {
        ObjectNode node = JSON.objectNode();
        node.put("name", version.name().group());
        node.put("version", version.version());
        node.put("id", version.id());
        node.put("written", version.written().toString());
        node.put("by", version.by());
        node.put("source", version.source());
        node.put("deleted", version.isDeleted());
        version.group().ifPresent(group -> node.set("group", RuleVersionParser.toJson(group)));
        return node;
    }

    static ArrayNode problems(List<Problem> problems)
    {
        ArrayNode list = JSON.arrayNode();
        problems.forEach(problem -> list.add(JSON.objectNode().put("line", problem.line()).put("message", problem.message())));
        return list;
    }
}
