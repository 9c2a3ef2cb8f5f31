package io.icegate.alerting.server;

import io.icegate.alerting.deliver.KnownTransitions;
import io.icegate.alerting.evaluate.QueryEngine;
import io.icegate.alerting.evaluate.QueryException;
import io.icegate.alerting.rule.RelationRows;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Looks for events of alerts in the table of logs, live rows among them.
 *
 * @param table with catalog and schema
 */
record StoredTransitions(QueryEngine engine, String table)
        implements KnownTransitions
{
    StoredTransitions
    {
        requireNonNull(engine, "engine is null");
        requireNonNull(table, "table is null");
    }

    @Override
    public Set<String> among(String tenant, Instant from, Instant to, Collection<String> ids)
            throws IOException
    {
        // the tables keep microseconds
        String sql =
                """
                SELECT DISTINCT attributes['icegate.alert.transition.id'] FROM %s
                WHERE tenant_id = %s AND "timestamp" >= %s AND "timestamp" < %s AND event_name LIKE 'icegate.alert.%%'
                  AND element_at(attributes, 'icegate.alert.transition.id') IN (%s)"""
                        .formatted(table, RelationRows.string(tenant), RelationRows.time(from), RelationRows.time(to.plus(Duration.ofMillis(1))), ids.stream().map(RelationRows::string).collect(Collectors.joining(", ")));
        try {
            return engine.run(sql, ids.size()).rows().stream().flatMap(row -> row.value(0).stream()).collect(Collectors.toSet());
        }
        catch (QueryException e) {
            throw new IOException("Cannot look for events that are stored already: " + e.getMessage(), e);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while looking for events");
        }
    }
}
