package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.responses.ConfigResponse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * Everything that a catalog server answers. What is not here is neither advertised nor answered.
 */
public final class Routes
{
    static final String CONFIG_PATH = "/v1/config";
    /**
     * The prefix, and the name of a warehouse, for tables as they are now.
     */
    static final String LIVE = "live";

    private final List<Route> routes;

    /**
     * A route and the variables of its path.
     *
     * @param live whether the path has the prefix for tables as they are now
     */
    record Match(Route route, Map<String, String> variables, boolean live)
    {
        Match
        {
            requireNonNull(route, "route is null");
            variables = Map.copyOf(variables);
        }

        /**
         * The path with variables, as a label.
         */
        String path()
        {
            return live ? "/v1/" + LIVE + route.path().substring("/v1".length()) : route.path();
        }

        /**
         * @throws RefusedException for tables as they are now
         */
        void verifyMayChange()
        {
            if (live) {
                // for a refusal Iceberg's client deletes what it wrote, while it keeps files for failures that it does not know
                throw new RefusedException(new RestError(403, "ForbiddenException", ("Cannot change anything through prefix '%s': it shows tables with rows that are not committed yet, for reading. " +
                        "Send changes through warehouse '%s', without the prefix").formatted(LIVE, WarehouseName.ANY)));
            }
        }
    }

    /**
     * @param live answers what is asked for through the prefix {@value #LIVE}
     * @param changes tells what was committed
     * @param reports is told each report of a client
     * @param clientDefaults that clients use unless they are configured otherwise; no secrets
     * @param credentials for clients that ask for those of a table; empty when they bring their own
     */
    public Routes(ObjectStoreCatalog catalog, LiveTables live, ChangeFeed changes, Reports reports, Map<String, String> clientDefaults, Optional<TableCredentials> credentials)
    {
        Once once = new Once(catalog);
        // what commits remember is no proof that a file is still there, which whoever loads a table goes on to read
        ObjectStoreCatalog reading = catalog.withIo(new ObjectStoreFileIO(catalog.warehouse()));
        List<Route> advertised = Stream.of(
                        new NamespaceRoutes(catalog, once).routes(),
                        new TableRoutes(catalog, reading, live, once, reports, credentials).routes(),
                        new ScanRoutes(reading, live).routes(),
                        new ViewRoutes(catalog, once).routes(),
                        new ChangeRoutes(changes).routes())
                .flatMap(List::stream)
                .toList();
        List<Endpoint> endpoints = advertised.stream().map(Route::endpoint).toList();
        Map<String, String> defaults = Map.copyOf(clientDefaults);
        List<Route> all = new ArrayList<>(advertised);
        all.add(Route.reading(Endpoint.create("GET", CONFIG_PATH), call -> {
            String warehouse = call.parameter("warehouse").orElse(WarehouseName.ANY);
            ConfigResponse.Builder configuration = ConfigResponse.builder()
                    .withEndpoints(endpoints)
                    .withIdempotencyKeyLifetime(catalog.idempotencyWindow().toString());
            defaults.forEach(configuration::withDefault);
            if (warehouse.equals(LIVE)) {
                configuration.withOverride("prefix", LIVE);
            }
            else {
                WarehouseName.verify(catalog.warehouse(), warehouse);
            }
            return Answer.of(configuration.build());
        }));
        routes = List.copyOf(all);
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
        // no path without prefix begins so
        boolean live = segments.size() > 1 && segments.get(1).equals(LIVE);
        List<String> path = live ? withoutPrefix(segments) : segments;
        boolean isPath = false;
        for (Route route : routes) {
            Optional<Map<String, String>> variables = live && !route.hasPrefix() ? Optional.empty() : route.match(path);
            if (variables.isPresent()) {
                if (route.endpoint().httpMethod().equals(method)) {
                    return Optional.of(new Match(route, variables.orElseThrow(), live));
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
