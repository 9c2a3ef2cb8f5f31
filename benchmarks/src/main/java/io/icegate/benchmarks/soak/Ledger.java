package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Payload;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Compares what clients got acknowledged with what SQL returns. The numbers of a client's records are 0 to n - 1, so that count, sum
 * and sum of squares tell whether each is there once, however many there are.
 */
final class Ledger
{
    private static final String STORED =
            """
            SELECT service_instance_id, count(*), min(n), max(n), sum(CAST(n AS decimal(18))), sum(CAST(n AS decimal(18)) * CAST(n AS decimal(18)))
            FROM (SELECT service_instance_id, CAST(element_at(attributes, '%s') AS bigint) AS n FROM %s WHERE service_namespace = '%s')
            GROUP BY 1
            """;

    private Ledger() {}

    /**
     * What is stored of a client.
     */
    record Stored(long rows, long lowest, long highest, BigInteger sum, BigInteger squares)
    {
        static final Stored NOTHING = new Stored(0, 0, -1, BigInteger.ZERO, BigInteger.ZERO);

        Stored
        {
            requireNonNull(sum, "sum is null");
            requireNonNull(squares, "squares is null");
        }

        /**
         * The records 0 to {@code count - 1}, each once.
         */
        static Stored of(long count)
        {
            BigInteger n = BigInteger.valueOf(count);
            BigInteger last = n.subtract(BigInteger.ONE);
            BigInteger sum = n.multiply(last).divide(BigInteger.TWO);
            BigInteger squares = sum.multiply(n.add(last)).divide(BigInteger.valueOf(3));
            return count == 0 ? NOTHING : new Stored(count, 0, count - 1, sum, squares);
        }
    }

    /**
     * One client's line.
     *
     * @param unsettled records that were sent and never acknowledged; all of them or none may be stored
     */
    record Line(String client, long acknowledged, long unsettled, Stored stored)
    {
        Line
        {
            requireNonNull(client, "client is null");
            requireNonNull(stored, "stored is null");
        }

        boolean balances()
        {
            return stored.equals(Stored.of(acknowledged)) || (unsettled > 0 && stored.equals(Stored.of(acknowledged + unsettled)));
        }

        Map<String, Object> result()
        {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("client", client);
            result.put("acknowledged", acknowledged);
            result.put("unsettled", unsettled);
            result.put("stored", stored.rows());
            result.put("balances", balances());
            return result;
        }
    }

    /**
     * Reads the tables and compares.
     */
    static List<Line> compare(Connection connection, List<SoakClient> clients)
            throws SQLException
    {
        Map<String, Stored> stored = new HashMap<>();
        for (Payload payload : Payload.values()) {
            stored.putAll(stored(connection, payload.table()));
        }
        return clients.stream()
                .map(client -> new Line(client.name(), client.acknowledged(), client.sent() - client.acknowledged(), stored.getOrDefault(client.name(), Stored.NOTHING)))
                .toList();
    }

    private static Map<String, Stored> stored(Connection connection, String table)
            throws SQLException
    {
        Map<String, Stored> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STORED.formatted(SoakRequests.NUMBER, table, SoakRequests.NAMESPACE))) {
            while (rows.next()) {
                BigDecimal sum = rows.getBigDecimal(5);
                BigDecimal squares = rows.getBigDecimal(6);
                found.put(rows.getString(1), new Stored(rows.getLong(2), rows.getLong(3), rows.getLong(4), sum.toBigIntegerExact(), squares.toBigIntegerExact()));
            }
        }
        return found;
    }
}
