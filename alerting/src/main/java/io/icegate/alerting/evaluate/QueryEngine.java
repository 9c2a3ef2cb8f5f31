package io.icegate.alerting.evaluate;

import java.util.List;

/**
 * Asks SQL. Safe for use by many threads.
 */
public interface QueryEngine
{
    /**
     * Runs a statement and returns all its rows.
     *
     * @param rowsMax a result with more rows is a failure
     * @throws QueryException when it failed; whether a later attempt may succeed is in {@link QueryException#kind}
     */
    QueryResult run(String sql, int rowsMax)
            throws QueryException, InterruptedException;

    /**
     * Rows of a statement.
     *
     * @param id of the query in the engine
     * @param millis that it took
     */
    record QueryResult(List<Column> columns, List<Row> rows, String id, long millis)
    {
        public QueryResult
        {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }

    /**
     * @param type as the engine writes it, such as {@code varchar(16)}
     */
    record Column(String name, String type)
    {
        public boolean isText()
        {
            return type.startsWith("varchar") || type.startsWith("char");
        }

        public boolean isNumber()
        {
            return switch (baseType()) {
                case "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal" -> true;
                default -> false;
            };
        }

        private String baseType()
        {
            int end = type.indexOf('(');
            return end < 0 ? type : type.substring(0, end);
        }
    }
}
