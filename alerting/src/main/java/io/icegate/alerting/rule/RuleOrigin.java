package io.icegate.alerting.rule;

import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Where a rule stands in its file, so that what is wrong with it can be told with a line.
 *
 * @param line where the rule begins, from 1
 * @param sqlLine where the text of its query begins
 * @param sqlIndent characters before the query's text in each line of the file; -1 when the lines of the query are not those of the file, as in folded texts
 * @param lines of its keys, such as {@code by} or {@code annotations.summary}
 */
public record RuleOrigin(String file, int line, int sqlLine, int sqlIndent, Map<String, Integer> lines)
{
    public RuleOrigin
    {
        requireNonNull(file, "file is null");
        lines = Map.copyOf(lines);
    }

    /**
     * A problem with the value of a key; one without a line of its own stands where the rule begins.
     */
    public Problem problem(String key, String message)
    {
        return new Problem(file, lines.getOrDefault(key, line), message);
    }

    /**
     * A problem at a position in the query.
     *
     * @param sqlLine in the query, from 1
     * @param sqlColumn in the query, from 1
     */
    public Problem sqlProblem(int sqlLine, int sqlColumn, String message)
    {
        if (sqlIndent < 0) {
            return new Problem(file, this.sqlLine, "%s (line %s, column %s of the query)".formatted(message, sqlLine, sqlColumn));
        }
        return new Problem(file, this.sqlLine + sqlLine - 1, "%s (column %s)".formatted(message, sqlColumn + sqlIndent));
    }
}
