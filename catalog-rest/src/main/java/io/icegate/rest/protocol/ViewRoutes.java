package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.CatalogCommitResult;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ImmutableLoadViewResponse;
import org.apache.iceberg.rest.responses.ListTablesResponse;
import org.apache.iceberg.rest.responses.LoadViewResponse;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;

import java.util.List;
import java.util.function.Function;

import static java.util.Objects.requireNonNull;

final class ViewRoutes
{
    private final ObjectStoreCatalog catalog;
    private final Once once;

    ViewRoutes(ObjectStoreCatalog catalog, Once once)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.once = requireNonNull(once, "once is null");
    }

    List<Route> routes()
    {
        return List.of(
                Route.reading(Endpoint.V1_LIST_VIEWS, this::list),
                Route.changing(Endpoint.V1_CREATE_VIEW, this::create),
                Route.reading(Endpoint.V1_LOAD_VIEW, call -> Answer.of(CatalogHandlers.loadView(catalog, call.view()))),
                Route.reading(Endpoint.V1_VIEW_EXISTS, this::exists),
                Route.changing(Endpoint.V1_UPDATE_VIEW, this::update),
                Route.changing(Endpoint.V1_DELETE_VIEW, this::drop),
                Route.changing(Endpoint.V1_REGISTER_VIEW, this::register),
                Route.changing(Endpoint.V1_RENAME_VIEW, this::rename));
    }

    private Answer list(Call call)
    {
        Page<TableIdentifier> page = Page.of(call, catalog.listViews(call.namespace()), TableIdentifier::name);
        ListTablesResponse.Builder listed = ListTablesResponse.builder().nextPageToken(page.nextToken());
        page.items().forEach(listed::add);
        return Answer.of(listed.build());
    }

    private Answer create(Call call)
    {
        CreateViewRequest request = call.body(CreateViewRequest.class);
        return changed(call, changed -> CatalogHandlers.createView(changed, call.namespace(), request));
    }

    private Answer exists(Call call)
    {
        CatalogHandlers.viewExists(catalog, call.view());
        return Answer.NO_CONTENT;
    }

    private Answer update(Call call)
    {
        UpdateTableRequest request = call.body(UpdateTableRequest.class);
        return changed(call, changed -> CatalogHandlers.updateView(changed, call.view(), request));
    }

    private Answer register(Call call)
    {
        RegisterViewRequest request = call.body(RegisterViewRequest.class);
        return changed(call, changed -> CatalogHandlers.registerView(changed, call.namespace(), request));
    }

    private Answer changed(Call call, Function<ObjectStoreCatalog, LoadViewResponse> change)
    {
        return once.answer(call, changed -> Answer.of(change.apply(changed)), done -> Answer.of(asItBecame(done)));
    }

    private LoadViewResponse asItBecame(CatalogCommitResult done)
    {
        String location = done.changes().stream().map(ObjectChange.class::cast).findFirst().flatMap(ObjectChange::after).orElseThrow();
        ViewMetadata metadata = ViewMetadataParser.read(catalog.io().newInputFile(location));
        return ImmutableLoadViewResponse.builder().metadata(metadata).metadataLocation(location).build();
    }

    private Answer drop(Call call)
    {
        return once.answer(
                call,
                changed -> {
                    CatalogHandlers.dropView(changed, call.view());
                    return Answer.NO_CONTENT;
                },
                _ -> Answer.NO_CONTENT);
    }

    private Answer rename(Call call)
    {
        RenameTableRequest request = call.body(RenameTableRequest.class);
        return once.answer(
                call,
                changed -> {
                    CatalogHandlers.renameView(changed, request);
                    return Answer.NO_CONTENT;
                },
                _ -> Answer.NO_CONTENT);
    }
}
