package io.icegate.alerting.rule;

import io.icegate.alerting.rule.RuleStatement.SqlProblem;
import io.trino.sql.ExpressionFormatter;
import io.trino.sql.tree.AliasedRelation;
import io.trino.sql.tree.DereferenceExpression;
import io.trino.sql.tree.Expression;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.Identifier;
import io.trino.sql.tree.LongLiteral;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.NodeLocation;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.QuerySpecification;
import io.trino.sql.tree.Relation;
import io.trino.sql.tree.SelectItem;
import io.trino.sql.tree.SetOperation;
import io.trino.sql.tree.SimpleGroupBy;
import io.trino.sql.tree.SingleColumn;
import io.trino.sql.tree.SubqueryExpression;
import io.trino.sql.tree.Table;
import io.trino.sql.tree.TableSubquery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns of a query's result, as far as its text tells them.
 */
final class SelectedColumns
{
    private final Query query;

    SelectedColumns(Query query)
    {
        this.query = query;
    }

    /**
     * Names of the columns; empty when only Trino knows them, as with {@code *}.
     */
    Optional<List<String>> names()
    {
        Optional<List<SingleColumn>> columns = columns();
        return columns.filter(all -> all.stream().allMatch(column -> name(column).isPresent()))
                .map(all -> all.stream().map(column -> name(column).orElseThrow()).toList());
    }

    /**
     * Columns without a name, and names that are there twice.
     */
    List<SqlProblem> problems()
    {
        List<SqlProblem> problems = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (SingleColumn column : columns().orElse(List.of())) {
            NodeLocation location = column.getLocation().orElseGet(() -> new NodeLocation(1, 1));
            Optional<String> name = name(column);
            if (name.isEmpty()) {
                problems.add(new SqlProblem(
                        location.getLineNumber(),
                        location.getColumnNumber(),
                        "'%s' has no name; write AS value behind the number of the alert, and AS and a name behind others".formatted(clip(ExpressionFormatter.formatExpression(column.getExpression())))));
            }
            else if (names.contains(name.orElseThrow())) {
                problems.add(new SqlProblem(location.getLineNumber(), location.getColumnNumber(), "there are two columns '%s'; name one otherwise with AS".formatted(name.orElseThrow())));
            }
            name.ifPresent(names::add);
        }
        return problems;
    }

    /**
     * For each of some columns the expression over a row of the one relation that the query reads, as a condition-free query of these:
     * {@code SELECT DISTINCT … FROM …}. Empty when a column is no such expression, or when the query does not read exactly one relation directly.
     */
    Optional<String> distinctRows(List<String> names)
    {
        if (!(query.getQueryBody() instanceof QuerySpecification specification) || specification.getFrom().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> from = relation(specification.getFrom().orElseThrow());
        Optional<List<SingleColumn>> columns = columns();
        if (from.isEmpty() || columns.isEmpty()) {
            return Optional.empty();
        }
        List<String> selected = new ArrayList<>();
        for (String name : names) {
            Optional<SingleColumn> column = columns.orElseThrow().stream().filter(each -> name(each).equals(Optional.of(name))).findFirst();
            if (column.isEmpty() || !isOfRow(specification, column.orElseThrow())) {
                return Optional.empty();
            }
            selected.add("%s AS %s".formatted(ExpressionFormatter.formatExpression(column.orElseThrow().getExpression()), SqlText.identifier(name)));
        }
        return Optional.of("SELECT DISTINCT %s FROM %s".formatted(String.join(", ", selected), from.orElseThrow()));
    }

    private static Optional<String> relation(Relation from)
    {
        return switch (from) {
            case Table table when isRelation(table) -> Optional.of(relationName(table));
            case AliasedRelation aliased when aliased.getColumnNames() == null && aliased.getRelation() instanceof Table table && isRelation(table) -> Optional.of("%s AS %s".formatted(relationName(table), ExpressionFormatter.formatExpression(aliased.getAlias())));
            default -> Optional.empty();
        };
    }

    /**
     * No table expression can have the name of a relation: {@link RuleStatement} refuses it.
     */
    private static boolean isRelation(Table table)
    {
        return table.getName().getParts().size() == 1 && io.icegate.alerting.rule.Relation.of(table.getName().getSuffix()).isPresent();
    }

    private static String relationName(Table table)
    {
        return SqlText.identifier(io.icegate.alerting.rule.Relation.of(table.getName().getSuffix()).orElseThrow().text());
    }

    /**
     * Whether a column is made of one row. With a grouping it must be one of its terms. Without, a function could be an aggregation.
     */
    private boolean isOfRow(QuerySpecification specification, SingleColumn column)
    {
        Expression expression = column.getExpression();
        if (contains(expression, SubqueryExpression.class)) {
            return false;
        }
        if (specification.getGroupBy().isEmpty()) {
            return !contains(expression, FunctionCall.class);
        }
        long position = columns().orElseThrow().indexOf(column) + 1L;
        return specification.getGroupBy().orElseThrow().getGroupingElements().stream()
                .filter(SimpleGroupBy.class::isInstance)
                .flatMap(element -> element.getExpressions().stream())
                .anyMatch(term -> term.equals(expression) || (term instanceof LongLiteral literal && literal.getParsedValue() == position));
    }

    private static boolean contains(Node node, Class<? extends Node> kind)
    {
        return kind.isInstance(node) || node.getChildren().stream().anyMatch(child -> contains(child, kind));
    }

    private Optional<List<SingleColumn>> columns()
    {
        return first(query.getQueryBody()).flatMap(specification -> {
            List<SingleColumn> columns = new ArrayList<>();
            for (SelectItem item : specification.getSelect().getSelectItems()) {
                if (!(item instanceof SingleColumn column)) {
                    return Optional.empty();
                }
                columns.add(column);
            }
            return Optional.of(columns);
        });
    }

    /**
     * The SELECT that names the columns: of a UNION and the like the first one.
     */
    private static Optional<QuerySpecification> first(Relation body)
    {
        return switch (body) {
            case QuerySpecification specification -> Optional.of(specification);
            case SetOperation operation -> first(operation.getRelations().getFirst());
            case TableSubquery subquery -> first(subquery.getQuery().getQueryBody());
            default -> Optional.empty();
        };
    }

    private static Optional<String> name(SingleColumn column)
    {
        if (column.getAlias().isPresent()) {
            return column.getAlias().map(Identifier::getValue);
        }
        return switch (column.getExpression()) {
            case Identifier identifier -> Optional.of(identifier.getValue());
            case DereferenceExpression dereference -> dereference.getField().map(Identifier::getValue);
            default -> Optional.empty();
        };
    }

    private static String clip(String text)
    {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
