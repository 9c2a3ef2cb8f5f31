package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.wal.registry.BoundedMap;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.responses.ConfigResponse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Everything that a catalog server answers. What is not here is neither advertised nor answered.
 */
public final class Routes
{
    static final String CONFIG_PATH = "/v1/config";
    /**
     * States of the past that are kept at hand; the least recently made is made again.
     */
    private static final int STATES_MAX = 16;

    private final List<Route> routes;

    private final Map<Long, List<Route>> pastRoutes = BoundedMap.create(STATES_MAX);
    private final LongFunction<List<Route>> past;

    /**
     * A route and the variables of its path.
     *
     * @param prefix that the path has
     */
    record Match(Route route, Map<String, String> variables, Optional<Prefix> prefix)
    {
        Match
        {
            requireNonNull(route, "route is null");
            variables = Map.copyOf(variables);
            requireNonNull(prefix, "prefix is null");
        }

        /**
         * The path with variables, as a label.
         */
        String path()
        {
            return prefix.map(found -> "/v1/" + found.label() + route.path().substring("/v1".length())).orElseGet(route::path);
        }

        /**
         * @throws RefusedException through a prefix
         */
        void verifyMayChange()
        {
            prefix.ifPresent(found -> {
                throw new RefusedException(found.refusal());
            });
        }
    }

    /**
     * @param reading the same catalog, whose tables are loaded only while their metadata is there
     * @param live answers what is asked for through the prefix {@code live}
     * @param changes tells what was committed
     * @param reports is told each report of a client
     * @param clientDefaults that clients use unless they are configured otherwise; no secrets
     * @param credentials for clients that ask for those of a table; empty when they bring their own
     */
    public Routes(ObjectStoreCatalog catalog, ObjectStoreCatalog reading, LiveTables live, ChangeFeed changes, Reports reports, Map<String, String> clientDefaults, Optional<TableCredentials> credentials)
    {
        Once once = new Once(catalog);
        List<Route> advertised = new ArrayList<>(routesOf(catalog, reading, live, once, reports, credentials));
        advertised.addAll(new ChangeRoutes(changes).routes());
        past = version -> {
            Map<String, String> pin = Map.of("catalog.at-version", Long.toString(version));
            ObjectStoreCatalog then = catalog.at(pin);
            return routesOf(then, reading.at(pin), live, once, reports, credentials).stream().map(route -> ofPast(route, then, version)).toList();
        };
        List<Endpoint> endpoints = advertised.stream().map(Route::endpoint).toList();
        Map<String, String> defaults = Map.copyOf(clientDefaults);
        List<Route> all = new ArrayList<>(advertised);
        all.add(Route.reading(Endpoint.create("GET", CONFIG_PATH), call -> {
            String warehouse = call.parameter("warehouse").orElse(WarehouseName.ANY);
            ConfigResponse.Builder configuration = ConfigResponse.builder()
                    .withEndpoints(endpoints)
                    .withIdempotencyKeyLifetime(catalog.idempotencyWindow().toString());
            defaults.forEach(configuration::withDefault);
            WarehouseName.prefix(catalog, warehouse).ifPresent(prefix -> configuration.withOverride("prefix", prefix.text()));
            return Answer.of(configuration.build());
        }));
        routes = List.copyOf(all);
    }

    private static List<Route> routesOf(ObjectStoreCatalog catalog, ObjectStoreCatalog reading, LiveTables live, Once once, Reports reports, Optional<TableCredentials> credentials)
    {
        return Stream.of(
                        new NamespaceRoutes(catalog, once).routes(),
                        new TableRoutes(catalog, reading, live, once, reports, credentials).routes(),
                        new ScanRoutes(reading, live).routes(),
                        new ViewRoutes(catalog, once).routes())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * A route that tells what went with the past from what is missing.
     */
    private static Route ofPast(Route route, ObjectStoreCatalog then, long version)
    {
        return new Route(route.endpoint(), route.effect(), call -> {
            then.state(); // says itself that it was collected
            try {
                return route.handler().answer(call);
            }
            catch (NotFoundException e) {
                throw new NotFoundException(e, "Cannot show catalog version %s: a file of it was deleted, as files are that have been replaced for longer than versions are kept: %s", version, e.getMessage());
            }
        });
    }

    /**
     * Told of the metrics that clients report.
     */
    @FunctionalInterface
    public interface Reports
    {
        /**
         * @param type {@code scan}, {@code commit} or {@code unknown}
         */
        void reported(String type);
    }

    /**
     * @throws UnsupportedOperationException when the path exists with other methods only
     */
    Optional<Match> find(String method, List<String> segments)
    {
        Optional<Prefix> prefix = segments.size() > 1 ? Prefix.of(segments.get(1)) : Optional.empty();
        List<String> path = prefix.isPresent() ? withoutPrefix(segments) : segments;
        List<Route> choice = prefix.flatMap(Prefix::version).map(version -> pastRoutes.computeIfAbsent(version, past::apply)).orElse(routes);
        boolean isPath = false;
        for (Route route : choice) {
            Optional<Map<String, String>> variables = prefix.isPresent() && !route.hasPrefix() ? Optional.empty() : route.match(path);
            if (variables.isPresent()) {
                if (route.endpoint().httpMethod().equals(method)) {
                    return Optional.of(new Match(route, variables.orElseThrow(), prefix));
                }
                isPath = true;
            }
        }
        if (isPath) {
            throw new UnsupportedOperationException("Cannot answer %s on this path".formatted(method));
        }
        return Optional.empty();
    }

    private static List<String> withoutPrefix(List<String> segments)
    {
        List<String> path = new ArrayList<>(segments);
        path.remove(1);
        return path;
    }
}
