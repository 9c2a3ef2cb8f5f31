package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.CatalogCommitResult;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTUtil;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.responses.CreateNamespaceResponse;
import org.apache.iceberg.rest.responses.ListNamespacesResponse;
import org.apache.iceberg.rest.responses.UpdateNamespacePropertiesResponse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.partitioningBy;

final class NamespaceRoutes
{
    private static final String SEPARATOR = "\u001f";

    private final ObjectStoreCatalog catalog;
    private final Once once;

    NamespaceRoutes(ObjectStoreCatalog catalog, Once once)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.once = requireNonNull(once, "once is null");
    }

    List<Route> routes()
    {
        return List.of(
                Route.reading(Endpoint.V1_LIST_NAMESPACES, this::list),
                Route.changing(Endpoint.V1_CREATE_NAMESPACE, this::create),
                Route.reading(Endpoint.V1_LOAD_NAMESPACE, call -> Answer.of(CatalogHandlers.loadNamespace(catalog, call.namespace()))),
                Route.reading(Endpoint.V1_NAMESPACE_EXISTS, this::exists),
                Route.changing(Endpoint.V1_UPDATE_NAMESPACE, this::update),
                Route.changing(Endpoint.V1_DELETE_NAMESPACE, this::drop));
    }

    private Answer list(Call call)
    {
        Namespace parent = call.parameter("parent").filter(value -> !value.isEmpty()).map(RESTUtil::namespaceFromQueryParam).orElseGet(Namespace::empty);
        List<Namespace> addressable = catalog.listNamespaces(parent).stream().filter(NamespaceRoutes::isAddressable).toList();
        Page<Namespace> page = Page.of(call, addressable, namespace -> namespace.level(namespace.length() - 1));
        ListNamespacesResponse.Builder listed = ListNamespacesResponse.builder().nextPageToken(page.nextToken());
        page.items().forEach(listed::add);
        return Answer.of(listed.build());
    }

    private Answer create(Call call)
    {
        CreateNamespaceRequest request = call.body(CreateNamespaceRequest.class);
        verifyAddressable(request.namespace());
        return once.answer(
                call,
                changed -> Answer.of(CatalogHandlers.createNamespace(changed, request)),
                done -> Answer.of(CreateNamespaceResponse.builder().withNamespace(request.namespace()).setProperties(created(done)).build()));
    }

    private static void verifyAddressable(Namespace namespace)
    {
        if (namespace.isEmpty()) {
            throw new IllegalArgumentException("Cannot create namespace: it has no name");
        }
        if (!isAddressable(namespace)) {
            throw new IllegalArgumentException("Cannot create namespace '%s': a part of it is empty or has the character U+001F, which separates parts in paths".formatted(namespace));
        }
    }

    /**
     * The path of a namespace is its parts with separators between them. Of others nothing could be asked for, nor could they be dropped
     * here; clients that are told of an empty name fail, DuckDB with all that it has open.
     */
    private static boolean isAddressable(Namespace namespace)
    {
        return Arrays.stream(namespace.levels()).noneMatch(level -> level.isEmpty() || level.contains(SEPARATOR));
    }

    private static Map<String, String> created(CatalogCommitResult done)
    {
        return done.changes().stream()
                .map(NamespaceChange.class::cast)
                .findFirst()
                .flatMap(NamespaceChange::properties)
                .map(HashMap::new) // the builder asks containsKey(null)
                .orElseThrow();
    }

    private Answer exists(Call call)
    {
        CatalogHandlers.namespaceExists(catalog, call.namespace());
        return Answer.NO_CONTENT;
    }

    /**
     * In one step, unlike Iceberg's handler, which sets first and removes then.
     */
    private Answer update(Call call)
    {
        UpdateNamespacePropertiesRequest request = call.body(UpdateNamespacePropertiesRequest.class);
        Set<String> removals = new TreeSet<>(request.removals());
        return once.answer(
                call,
                changed -> {
                    Map<String, String> before = changed.loadNamespaceMetadata(call.namespace());
                    changed.editProperties(call.namespace(), request.updates(), removals);
                    return updated(request, removals, before);
                },
                done -> updated(request, removals, catalog.stateAt(done.version() - 1).properties(call.namespace())));
    }

    private static Answer updated(UpdateNamespacePropertiesRequest request, Set<String> removals, Map<String, String> before)
    {
        Map<Boolean, List<String>> present = removals.stream().collect(partitioningBy(before::containsKey));
        return Answer.of(UpdateNamespacePropertiesResponse.builder()
                .addUpdated(request.updates().keySet())
                .addRemoved(requireNonNull(present.get(true)))
                .addMissing(requireNonNull(present.get(false)))
                .build());
    }

    private Answer drop(Call call)
    {
        return once.answer(
                call,
                changed -> {
                    CatalogHandlers.dropNamespace(changed, call.namespace());
                    return Answer.NO_CONTENT;
                },
                _ -> Answer.NO_CONTENT);
    }
}
