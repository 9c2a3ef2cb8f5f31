package io.icegate.maintenance.doctor;

import io.icegate.wal.answer.AnswerColumn;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import static io.icegate.wal.answer.AnswerColumn.text;
import static java.util.Objects.requireNonNull;

/**
 * What one rule has to say of one table.
 *
 * @param rule in lower case with underscores
 * @param reason with the numbers that it is about
 * @param cost of leaving it so
 * @param remedy a statement of Trino, or a command, to the letter
 */
public record Finding(String rule, TableIdentifier table, Severity severity, String reason, String cost, String remedy)
{
    /**
     * The answer of {@code doctor}, on the command line and in every engine.
     */
    public static final List<AnswerColumn<Finding>> COLUMNS = List.of(
            text("table_schema", "Schema of the table", finding -> Optional.of(finding.table.namespace().toString())),
            text("table_name", "Name of the table", finding -> Optional.of(finding.table.name())),
            text("severity", "info, warning or critical", finding -> Optional.of(finding.severity.text())),
            text("rule", "Which rule found it", finding -> Optional.of(finding.rule)),
            text("reason", "What was found, with the numbers", finding -> Optional.of(finding.reason)),
            text("cost", "What it costs to leave it so", finding -> Optional.of(finding.cost)),
            text("remedy", "Statement or command that mends it", finding -> Optional.of(finding.remedy)));
    /**
     * The worst first.
     */
    public static final Comparator<Finding> ORDER = Comparator.comparing(Finding::severity).reversed()
            .thenComparing(finding -> finding.table.toString())
            .thenComparing(Finding::rule);

    public Finding
    {
        requireNonNull(rule, "rule is null");
        requireNonNull(table, "table is null");
        requireNonNull(severity, "severity is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(cost, "cost is null");
        requireNonNull(remedy, "remedy is null");
    }
}
