package io.icegate.alerting.rule;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A query for Trino that a rule's own query is a part of.
 *
 * @param linesBefore lines before the rule's text, of which nothing else is changed in line or column
 * @param ruleLines lines of the rule's text
 */
public record RuleQuery(String sql, int linesBefore, int ruleLines)
{
    public RuleQuery
    {
        requireNonNull(sql, "sql is null");
    }

    /**
     * A position in the text of a rule's query.
     *
     * @param line from 1
     * @param column from 1
     */
    public record Position(int line, int column) {}

    /**
     * Where a position of this query, as Trino tells it, is in the rule's text; empty when it is in what we put around it.
     *
     * @param line from 1
     * @param column from 1
     */
    public Optional<Position> position(int line, int column)
    {
        int ruleLine = line - linesBefore;
        return ruleLine < 1 || ruleLine > ruleLines ? Optional.empty() : Optional.of(new Position(ruleLine, column));
    }

    /**
     * What is wrong with the rule, at the position that Trino told.
     */
    public Problem problem(RuleOrigin origin, int line, int column, String message)
    {
        return position(line, column)
                .map(position -> origin.sqlProblem(position.line(), position.column(), message))
                .orElseGet(() -> origin.problem("sql", message));
    }

    /**
     * Only asks whether Trino accepts the query.
     */
    public RuleQuery validation()
    {
        return new RuleQuery("EXPLAIN (TYPE VALIDATE)\n" + sql, linesBefore + 1, ruleLines);
    }

    /**
     * Asks which tables, and which bounds on their columns, the query comes to.
     */
    public RuleQuery inputs()
    {
        return new RuleQuery("EXPLAIN (TYPE IO, FORMAT JSON)\n" + sql, linesBefore + 1, ruleLines);
    }

    /**
     * Asks for the columns and no rows.
     */
    public RuleQuery columns()
    {
        return new RuleQuery("SELECT * FROM (\n" + sql + "\n) LIMIT 0", linesBefore + 1, ruleLines);
    }
}
