package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
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

    private final List<Route> routes;

    /**
     * A route and the variables of its path.
     */
    record Match(Route route, Map<String, String> variables)
    {
        Match
        {
            requireNonNull(route, "route is null");
            variables = Map.copyOf(variables);
        }
    }

    /**
     * @param reports is told each report of a client
     * @param clientDefaults that clients use unless they are configured otherwise; no secrets
     */
    public Routes(ObjectStoreCatalog catalog, Reports reports, Map<String, String> clientDefaults)
    {
        Once once = new Once(catalog);
        List<Route> advertised = Stream.of(
                        new NamespaceRoutes(catalog, once).routes(),
                        new TableRoutes(catalog, once, reports).routes(),
                        new ViewRoutes(catalog, once).routes())
                .flatMap(List::stream)
                .toList();
        List<Endpoint> endpoints = advertised.stream().map(Route::endpoint).toList();
        Map<String, String> defaults = Map.copyOf(clientDefaults);
        List<Route> all = new ArrayList<>(advertised);
        all.add(Route.reading(Endpoint.create("GET", CONFIG_PATH), call -> {
            call.parameter("warehouse").ifPresent(warehouse -> WarehouseName.verify(catalog.warehouse(), warehouse));
            ConfigResponse.Builder configuration = ConfigResponse.builder()
                    .withEndpoints(endpoints)
                    .withIdempotencyKeyLifetime(catalog.idempotencyWindow().toString());
            defaults.forEach(configuration::withDefault);
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
        boolean isPath = false;
        for (Route route : routes) {
            Optional<Map<String, String>> variables = route.match(segments);
            if (variables.isPresent()) {
                if (route.endpoint().httpMethod().equals(method)) {
                    return Optional.of(new Match(route, variables.orElseThrow()));
                }
                isPath = true;
            }
        }
        if (isPath) {
            throw new UnsupportedOperationException("Cannot answer %s on this path".formatted(method));
        }
        return Optional.empty();
    }
}
