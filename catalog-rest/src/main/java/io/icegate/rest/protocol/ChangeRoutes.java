package io.icegate.rest.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogTransaction;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTResponse;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * The change feed: no part of Iceberg's protocol. {@code docs/operations/catalog.md} has its form.
 */
final class ChangeRoutes
{
    private static final Endpoint CHANGES = Endpoint.create("GET", "/v1/{prefix}/icegate/changes");

    private final ChangeFeed feed;

    ChangeRoutes(ChangeFeed feed)
    {
        this.feed = requireNonNull(feed, "feed is null");
    }

    List<Route> routes()
    {
        return List.of(Route.reading(CHANGES, this::changes));
    }

    private Answer changes(Call call)
    {
        int limit = (int) number(call, "limit", CatalogLog.CHANGES_MAX, 1, CatalogLog.CHANGES_MAX);
        Duration wait = Duration.ofSeconds(number(call, "wait", 0, 0, ChangeFeed.WAIT_MAX.toSeconds()));
        if (call.parameter("since").isEmpty()) {
            return Answer.of(new Changes(List.of(), feed.version()));
        }
        long since = number(call, "since", 0, 0, Long.MAX_VALUE);
        List<CatalogCommit> commits = feed.after(since, wait);
        List<CatalogCommit> page = commits.subList(0, Math.min(limit, commits.size()));
        return Answer.of(new Changes(page.stream().map(Commit::of).toList(), page.isEmpty() ? since : page.getLast().version()));
    }

    private static long number(Call call, String name, long none, long min, long max)
    {
        String text = call.parameter(name).orElse(Long.toString(none));
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        }
        catch (NumberFormatException _) {
            // is said below
        }
        throw new IllegalArgumentException("Cannot tell changes: %s '%s' is no number from %s to %s".formatted(name, text, min, max));
    }

    /**
     * @param next what to ask for {@code since} the next time
     */
    record Changes(List<Commit> commits, long next)
            implements RESTResponse
    {
        @Override
        public void validate() {}
    }

    /**
     * @param by what the writer calls itself, absent in commits of earlier programs
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Commit(long version, long timestampMs, UUID writer, @Nullable String by, List<Transaction> transactions)
    {
        private static Commit of(CatalogCommit commit)
        {
            return new Commit(commit.version(), commit.timestamp().toEpochMilli(), commit.writer().id(), commit.writer().program().orElse(null), commit.transactions().stream().map(Transaction::of).toList());
        }
    }

    record Transaction(String id, List<Change> changes)
    {
        private static Transaction of(CatalogTransaction transaction)
        {
            return new Transaction(transaction.id(), transaction.changes().stream().map(Change::of).toList());
        }
    }

    /**
     * A namespace has properties, unless it was dropped. A table or view has the rest, without {@code before} when it was created and
     * without {@code after} when it was dropped.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Change(
            String kind,
            List<String> namespace,
            @Nullable String name,
            @Nullable UUID uuid,
            @Nullable String before,
            @Nullable String after,
            @Nullable Map<String, String> properties)
    {
        private static Change of(CatalogChange change)
        {
            return switch (change) {
                case ObjectChange object -> new Change(
                        object.kind().text(),
                        Arrays.asList(object.identifier().namespace().levels()),
                        object.identifier().name(),
                        object.uuid(),
                        object.before().orElse(null),
                        object.after().orElse(null),
                        null);
                case NamespaceChange namespace -> new Change("namespace", Arrays.asList(namespace.namespace().levels()), null, null, null, null, namespace.properties().orElse(null));
            };
        }
    }
}
