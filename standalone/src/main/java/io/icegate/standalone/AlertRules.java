package io.icegate.standalone;

import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.evaluate.RuleValidation;
import io.icegate.alerting.evaluate.TrinoQueryEngine;
import io.icegate.alerting.rule.Durations;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.ParsedRules;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleFileParser;
import io.icegate.alerting.rule.RuleFiles;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.server.TrinoConnections;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.StackSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The options of commands on rules of alerts: which Trino is asked about them, and whose they are.
 */
final class AlertRules
{
    private static final String CATALOG = "icegate";

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--trino", paramLabel = "URL", description = "Trino that is asked, http://host:port or https://host:port (default: the one that runs on the data folder).")
    private Optional<String> trino = Optional.empty();

    @Option(names = "--trino-user", paramLabel = "NAME", description = "User of Trino (default: ${DEFAULT-VALUE}).", defaultValue = "icegate")
    private String user = "icegate";

    @Option(names = "--trino-password-file", paramLabel = "FILE", description = "File with the password of the user, for https.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(names = "--trino-token-file", paramLabel = "FILE", description = "File with a token (JWT) for Trino instead, for https.")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(names = "--tenant", paramLabel = "NAME", description = "Tenant of groups that name none (default: ${DEFAULT-VALUE}).", defaultValue = "default")
    private String tenant = "default";

    @Option(names = "--lookup-table", paramLabel = "CATALOG.SCHEMA.TABLE", description = "A further table that rules may read. Can be repeated.")
    private List<String> lookupTables = new ArrayList<>();

    String tenant()
    {
        return tenant;
    }

    Path data()
    {
        return data.path();
    }

    /**
     * Reads files of rules.
     */
    ParsedRules parse(List<Path> paths)
    {
        try {
            return RuleFileParser.parse(RuleFiles.read(paths), Optional.of(tenant));
        }
        catch (IOException e) {
            throw new CommandException("Cannot read rules: " + e, e);
        }
    }

    /**
     * A group by its name, or by {@code TENANT/GROUP}.
     */
    GroupName groupName(String text)
    {
        int slash = text.lastIndexOf('/');
        try {
            return slash < 0 ? new GroupName(tenant, text) : new GroupName(text.substring(0, slash), text.substring(slash + 1));
        }
        catch (IllegalArgumentException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * A point in time, or how long ago it was.
     *
     * @param option that it was given to, for messages
     */
    static Instant time(String option, String text, Instant now)
    {
        Optional<Duration> ago = Durations.parse(text);
        if (ago.isPresent()) {
            return now.minus(ago.orElseThrow());
        }
        try {
            return Instant.parse(text);
        }
        catch (DateTimeParseException e) {
            throw new CommandException("%s %s is no time: write 2026-11-27T00:00:00Z, or how long ago as 30m or 1h".formatted(option, text), e);
        }
    }

    RuleCheck check()
    {
        return new RuleCheck(Set.copyOf(lookupTables));
    }

    RuleSql sql()
    {
        return RuleSql.overTables(CATALOG, StackSettings.NAMESPACE);
    }

    String address()
    {
        return trino.orElseGet(() -> "http://" + Running.trino(data.path()));
    }

    TrinoQueryEngine engine()
    {
        try {
            return new TrinoQueryEngine(new TrinoConnections(address(), user, passwordFile, tokenFile));
        }
        catch (IllegalArgumentException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Checks rules with what they tell themselves, and with Trino.
     *
     * @param runs whether each is run once
     */
    RuleValidation.Checked validate(ParsedRules parsed, boolean runs)
            throws InterruptedException
    {
        Instant now = InstantSource.system().instant();
        try {
            return new RuleValidation(check(), engine(), sql()).check(parsed, now, runs);
        }
        catch (QueryException e) {
            throw unreachable(e);
        }
    }

    CommandException unreachable(QueryException e)
    {
        return new CommandException("Cannot ask Trino on %s: %s (is ./icegate start running?)".formatted(address(), e.getMessage()), e);
    }
}
