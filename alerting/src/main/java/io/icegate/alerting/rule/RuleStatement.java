package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.icegate.server.NearestName;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.parser.SqlParser;
import io.trino.sql.tree.AliasedRelation;
import io.trino.sql.tree.CurrentCatalog;
import io.trino.sql.tree.CurrentDate;
import io.trino.sql.tree.CurrentPath;
import io.trino.sql.tree.CurrentSchema;
import io.trino.sql.tree.CurrentTime;
import io.trino.sql.tree.CurrentTimestamp;
import io.trino.sql.tree.CurrentUser;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.LocalTime;
import io.trino.sql.tree.LocalTimestamp;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.NodeLocation;
import io.trino.sql.tree.Parameter;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.SampledRelation;
import io.trino.sql.tree.Statement;
import io.trino.sql.tree.Table;
import io.trino.sql.tree.TableFunctionInvocation;
import io.trino.sql.tree.With;
import io.trino.sql.tree.WithQuery;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The query of a rule as Trino's grammar reads it: which relations it uses, and what in it is not allowed. Allowed is what gives the same result
 * whenever it runs over the same rows, and what sees no rows but those of its tenant and its window.
 */
final class RuleStatement
{
    static final String EVALUATION = "evaluation";

    private static final SqlParser PARSER = new SqlParser();
    private static final Set<String> RANDOM = ImmutableSet.of("random", "rand", "shuffle", "uuid", "secure_random", "secure_rand");
    private static final Set<String> CLOCK = ImmutableSet.of("now", "current_timezone", "localtime", "localtimestamp");
    private static final String CURRENT = "current_";

    private final Query query;
    private final Set<Relation> relations = EnumSet.noneOf(Relation.class);
    private final Set<String> lookupTables;
    private final List<SqlProblem> problems = new ArrayList<>();
    private final List<SqlProblem> warnings = new ArrayList<>();
    private boolean usesEvaluation;

    /**
     * What is wrong in a query.
     *
     * @param line from 1
     * @param column from 1
     */
    record SqlProblem(int line, int column, String message) {}

    /**
     * A query that was read.
     *
     * @param statement empty when it is no query at all
     * @param warnings what is allowed, and may come out otherwise over the same rows
     */
    record Read(Optional<RuleStatement> statement, List<SqlProblem> problems, List<SqlProblem> warnings)
    {
        Read
        {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }

        static Read unreadable(int line, int column, String problem)
        {
            return new Read(Optional.empty(), List.of(new SqlProblem(line, column, problem)), List.of());
        }
    }

    private RuleStatement(Query query, Set<String> lookupTables)
    {
        this.query = query;
        this.lookupTables = lookupTables;
    }

    /**
     * Reads a query and tells all that is wrong with it.
     *
     * @param lookupTables tables that rules may use, in lower case with catalog and schema
     */
    static Read read(String sql, Set<String> lookupTables)
    {
        if (depth(sql) > RuleLimits.SQL_DEPTH_MAX) {
            return Read.unreadable(1, 1, "the query has more than %s brackets in brackets; simplify it".formatted(RuleLimits.SQL_DEPTH_MAX));
        }
        Statement statement;
        try {
            statement = PARSER.createStatement(sql);
        }
        catch (ParsingException e) {
            return Read.unreadable(e.getLineNumber(), e.getColumnNumber(), syntax(e.getErrorMessage()));
        }
        if (!(statement instanceof Query query)) {
            return Read.unreadable(1, 1, "a rule is a query that begins with SELECT or WITH; other statements are not possible");
        }
        RuleStatement rule = new RuleStatement(query, lookupTables);
        try {
            rule.walk(query, Set.of());
        }
        catch (StackOverflowError e) {
            return Read.unreadable(1, 1, "the query is nested too deeply; simplify it");
        }
        return new Read(Optional.of(rule), rule.problems, rule.warnings);
    }

    /**
     * A query that was checked before.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    static RuleStatement of(String sql)
    {
        Read read = read(sql, Set.of());
        return read.statement().orElseThrow(() -> new IllegalArgumentException("Cannot use the query of a rule: %s".formatted(read.problems().getFirst())));
    }

    /**
     * Most brackets that are open at once. Those in texts and comments count too, which does no harm: there they are few.
     */
    private static int depth(String sql)
    {
        int depth = 0;
        int most = 0;
        for (int i = 0; i < sql.length(); i++) {
            switch (sql.charAt(i)) {
                case '(', '[' -> depth++;
                case ')', ']' -> depth--;
                default -> {}
            }
            most = Math.max(most, depth);
        }
        return most;
    }

    private static String syntax(String message)
    {
        return message.contains("';'")
                ? "a rule is one query without a semicolon; remove it"
                : "this is no SQL that Trino reads: %s".formatted(message);
    }

    Query query()
    {
        return query;
    }

    /**
     * Relations that the query uses.
     */
    Set<Relation> relations()
    {
        return relations;
    }

    boolean usesEvaluation()
    {
        return usesEvaluation;
    }

    /**
     * Where the query's own WITH stands.
     */
    Optional<NodeLocation> with()
    {
        return query.getWith().flatMap(Node::getLocation);
    }

    /**
     * @param scope names of the table expressions that can be used here, in lower case
     */
    private void walk(Node node, Set<String> scope)
    {
        check(node);
        RowOrder.warning(node).ifPresent(warning -> warnings.add(located(node, warning)));
        switch (node) {
            case Query inner -> walkQuery(inner, scope);
            case Table table -> table(table, scope);
            case AliasedRelation aliased -> walk(aliased.getRelation(), scope);
            default -> node.getChildren().forEach(child -> walk(child, scope));
        }
    }

    private void walkQuery(Query inner, Set<String> scope)
    {
        if (!inner.getFunctions().isEmpty() || !inner.getSessionProperties().isEmpty()) {
            problem(inner, "WITH FUNCTION and WITH SESSION are not possible in a rule; remove them");
        }
        Set<String> inside = new HashSet<>(scope);
        if (inner.getWith().isPresent()) {
            With with = inner.getWith().orElseThrow();
            if (with.isRecursive()) {
                problem(with, "WITH RECURSIVE is not possible in a rule, because its cost has no bound; remove RECURSIVE");
            }
            for (WithQuery each : with.getQueries()) {
                String name = lower(each.getName());
                if (isReserved(name)) {
                    problem(each.getName(), "'%s' is the name of rows that a rule is given and cannot be used again; name the table expression otherwise".formatted(name));
                }
                Set<String> before = new HashSet<>(inside);
                inside.add(name);
                // a recursive one sees itself, which is no second mistake
                walk(each.getQuery(), with.isRecursive() ? inside : before);
            }
        }
        for (Node child : inner.getChildren()) {
            if (!(child instanceof With)) {
                walk(child, inside);
            }
        }
    }

    private void table(Table table, Set<String> scope)
    {
        if (table.getQueryPeriod().isPresent() || table.getBranch().isPresent()) {
            problem(table, "FOR VERSION, FOR TIMESTAMP and branches are not possible in a rule; the rows are those of the evaluation's window");
        }
        List<String> parts = table.getName().getParts();
        String name = String.join(".", parts);
        if (parts.size() > 1) {
            if (!lookupTables.contains(name)) {
                problem(table, foreignTable(name, table.getName().getSuffix()));
            }
            return;
        }
        if (scope.contains(name) && !isReserved(name)) {
            return;
        }
        if (name.equals(EVALUATION)) {
            usesEvaluation = true;
            return;
        }
        Optional<Relation> relation = Relation.of(name);
        if (relation.isPresent()) {
            relations.add(relation.orElseThrow());
            return;
        }
        List<String> known = ImmutableList.<String>builder().addAll(Relation.names()).add(EVALUATION).addAll(scope.stream().sorted().iterator()).addAll(lookupTables.stream().sorted().iterator()).build();
        problem(table, "there is no table '%s'%s".formatted(name, NearestName.hint(name, known)));
    }

    private String foreignTable(String name, String suffix)
    {
        if (Relation.of(suffix).isPresent()) {
            return "'%s' cannot be used; write %s, which is its rows of this tenant in the window".formatted(name, suffix);
        }
        return "table '%s' cannot be used; only %s and tables of icegate.alerting.lookup-tables can%s".formatted(
                name,
                String.join(", ", Relation.names()),
                lookupTables.isEmpty() ? ", which names none" : ": " + String.join(", ", lookupTables.stream().sorted().toList()));
    }

    private void check(Node node)
    {
        switch (node) {
            case FunctionCall call -> function(call, call.getName().getSuffix().toLowerCase(Locale.ROOT));
            case CurrentTimestamp _ -> clock(node, "current_timestamp");
            case CurrentDate _ -> clock(node, "current_date");
            case CurrentTime _ -> clock(node, "current_time");
            case LocalTime _ -> clock(node, "localtime");
            case LocalTimestamp _ -> clock(node, "localtimestamp");
            case CurrentUser _ -> session(node, "current_user");
            case CurrentCatalog _ -> session(node, "current_catalog");
            case CurrentSchema _ -> session(node, "current_schema");
            case CurrentPath _ -> session(node, "current_path");
            case SampledRelation _ -> problem(node, "TABLESAMPLE takes other rows each time, so an evaluation could not be repeated; remove it");
            case TableFunctionInvocation _ -> problem(node, "table functions are not possible in a rule; remove it");
            case Parameter _ -> problem(node, "'?' is not possible: a rule has no parameters; write the value");
            default -> {}
        }
    }

    private void function(FunctionCall call, String name)
    {
        if (RANDOM.contains(name)) {
            problem(call, "%s() gives another result each time, so an evaluation could not be repeated; remove it".formatted(name));
        }
        else if (CLOCK.contains(name)) {
            clock(call, name + "()");
        }
        else if (name.startsWith(CURRENT)) {
            session(call, name + "()");
        }
    }

    private void clock(Node node, String name)
    {
        problem(node, "%s depends on when the evaluation runs, so it could not be repeated; write (SELECT tick FROM evaluation)".formatted(name));
    }

    private void session(Node node, String name)
    {
        problem(node, "%s depends on who evaluates, so an evaluation could not be repeated; write the value".formatted(name));
    }

    private void problem(Node node, String message)
    {
        problems.add(located(node, message));
    }

    private static SqlProblem located(Node node, String message)
    {
        NodeLocation location = node.getLocation().orElseGet(() -> new NodeLocation(1, 1));
        return new SqlProblem(location.getLineNumber(), location.getColumnNumber(), message);
    }

    private static boolean isReserved(String name)
    {
        return name.equals(EVALUATION) || Relation.of(name).isPresent();
    }

    private static String lower(Identifier identifier)
    {
        return identifier.getValue().toLowerCase(Locale.ROOT);
    }
}
