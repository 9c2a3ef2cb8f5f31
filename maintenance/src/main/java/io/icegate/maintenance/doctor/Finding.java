package io.icegate.maintenance.doctor;

import static java.util.Objects.requireNonNull;

/**
 * What one rule has to say of one table.
 *
 * @param rule in lower case with underscores
 * @param table with its namespace
 * @param reason with the numbers that it is about
 * @param cost of leaving it so
 * @param remedy a statement of Trino, or a command, to the letter
 */
public record Finding(String rule, String table, Severity severity, String reason, String cost, String remedy)
{
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
