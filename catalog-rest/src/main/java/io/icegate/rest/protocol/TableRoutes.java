package io.icegate.rest.protocol;

import io.airlift.log.Logger;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.CatalogCommitResult;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.ObjectKind;
import io.icegate.rest.protocol.LiveTables.LiveTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalogProperties;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.RESTUtil;
import org.apache.iceberg.rest.credentials.Credential;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ImmutableLoadCredentialsResponse;
import org.apache.iceberg.rest.responses.ListTablesResponse;
import org.apache.iceberg.rest.responses.LoadTableResponse;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

final class TableRoutes
{
    private static final Logger log = Logger.get(TableRoutes.class);
    private static final int ETAG_BYTES = 16;
    private static final String REFRESH_ENDPOINT = "client.refresh-credentials-endpoint";
    /**
     * Iceberg's client takes one for all that a table needs; the policy in it says where it holds.
     */
    private static final String ALL_OF_S3 = "s3";

    private final ObjectStoreCatalog catalog;
    private final ObjectStoreCatalog reading;
    private final LiveTables live;
    private final Once once;
    private final Routes.Reports reports;
    private final Optional<TableCredentials> credentials;

    /**
     * @param reading the same catalog, whose tables are loaded only while their metadata is there
     */
    TableRoutes(ObjectStoreCatalog catalog, ObjectStoreCatalog reading, LiveTables live, Once once, Routes.Reports reports, Optional<TableCredentials> credentials)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.reading = requireNonNull(reading, "reading is null");
        this.live = requireNonNull(live, "live is null");
        this.once = requireNonNull(once, "once is null");
        this.reports = requireNonNull(reports, "reports is null");
        this.credentials = requireNonNull(credentials, "credentials is null");
    }

    List<Route> routes()
    {
        List<Route> routes = List.of(
                Route.reading(Endpoint.V1_LIST_TABLES, this::list),
                Route.changing(Endpoint.V1_CREATE_TABLE, this::create),
                Route.reading(Endpoint.V1_LOAD_TABLE, this::load),
                Route.reading(Endpoint.V1_TABLE_EXISTS, this::exists),
                Route.changing(Endpoint.V1_UPDATE_TABLE, this::update),
                Route.changing(Endpoint.V1_DELETE_TABLE, this::drop),
                Route.changing(Endpoint.V1_REGISTER_TABLE, this::register),
                Route.changing(Endpoint.V1_RENAME_TABLE, this::rename),
                Route.reading(Endpoint.V1_REPORT_METRICS, this::report),
                Route.changing(Endpoint.V1_COMMIT_TRANSACTION, this::commitTransaction));
        return credentials.isEmpty() ? routes : Stream.concat(routes.stream(), Stream.of(Route.reading(Endpoint.V1_TABLE_CREDENTIALS, this::tableCredentials))).toList();
    }

    private Answer list(Call call)
    {
        Page<TableIdentifier> page = Page.of(call, catalog.listTables(call.namespace()), TableIdentifier::name);
        ListTablesResponse.Builder listed = ListTablesResponse.builder().nextPageToken(page.nextToken());
        page.items().forEach(listed::add);
        return Answer.of(listed.build());
    }

    private Answer create(Call call)
    {
        CreateTableRequest request = call.body(CreateTableRequest.class);
        if (request.stageCreate()) {
            LoadTableResponse staged = CatalogHandlers.stageTableCreate(catalog, call.namespace(), request);
            return Answer.of(withCredentials(call, TableIdentifier.of(call.namespace(), request.name()), staged));
        }
        return added(call, request.name(), changed -> CatalogHandlers.createTable(changed, call.namespace(), request));
    }

    private Answer load(Call call)
    {
        SnapshotMode mode = snapshots(call);
        Optional<LiveTable> table = call.live() ? live.find(call.table()) : Optional.empty();
        return table.isPresent() ? loadLive(call, table.orElseThrow(), mode) : loadCommitted(call, mode);
    }

    /**
     * Nothing is made for a client that has it.
     */
    private Answer loadLive(Call call, LiveTable table, SnapshotMode mode)
    {
        String etag = etag(table.version(), mode);
        if (!sendsCredentials(call) && call.etags().contains(etag)) {
            return Answer.notModified(etag);
        }
        TableMetadata metadata = table.metadata();
        LoadTableResponse answer = LoadTableResponse.builder()
                .withTableMetadata(mode == SnapshotMode.REFS ? TableMetadata.buildFrom(metadata).suppressHistoricalSnapshots().build() : metadata)
                .build();
        return loaded(call, call.table(), answer, etag);
    }

    /**
     * One round trip: a look at the log, and beside it one at whether the metadata is still there. A client that has it is told so.
     */
    private Answer loadCommitted(Call call, SnapshotMode mode)
    {
        Predicate<String> isKnown = location -> !sendsCredentials(call) && call.etags().contains(etag(location, mode));
        LoadAhead ahead = LoadAhead.start(reading, call.table(), isKnown);
        CatalogState state = reading.state();
        Optional<String> location = state.object(call.table(), ObjectKind.TABLE).map(CatalogObject::metadataLocation);
        Optional<LoadAhead.Seen> seen = location.flatMap(ahead::at);
        if (location.isPresent() && isKnown.test(location.orElseThrow()) && (seen.isPresent() || reading.io().newInputFile(location.orElseThrow()).exists())) {
            return Answer.notModified(etag(location.orElseThrow(), mode));
        }
        LoadTableResponse table = seen.flatMap(LoadAhead.Seen::metadata)
                .map(metadata -> response(metadata, mode))
                .orElseGet(() -> CatalogHandlers.loadTable(reading.at(state), call.table(), mode));
        return loaded(call, call.table(), table, etag(table.metadataLocation(), mode));
    }

    private static LoadTableResponse response(TableMetadata metadata, SnapshotMode mode)
    {
        TableMetadata shown = mode == SnapshotMode.ALL
                ? metadata
                : TableMetadata.buildFrom(metadata).withMetadataLocation(metadata.metadataFileLocation()).suppressHistoricalSnapshots().build();
        return LoadTableResponse.builder().withTableMetadata(shown).build();
    }

    private static SnapshotMode snapshots(Call call)
    {
        String text = call.parameter("snapshots").orElse("all");
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "all" -> SnapshotMode.ALL;
            case "refs" -> SnapshotMode.REFS;
            default -> throw new BadRequestException("Cannot load table: snapshots '%s' is neither 'all' nor 'refs'", text);
        };
    }

    /**
     * @param version the location of the metadata, or that of a live table
     */
    private static String etag(String version, SnapshotMode mode)
    {
        byte[] digest = RequestKey.sha256().digest((version + "\n" + mode).getBytes(StandardCharsets.UTF_8));
        return '"' + HexFormat.of().formatHex(digest, 0, ETAG_BYTES) + '"';
    }

    private Answer exists(Call call)
    {
        CatalogHandlers.tableExists(catalog, call.table());
        return Answer.NO_CONTENT;
    }

    private Answer update(Call call)
    {
        UpdateTableRequest request = call.body(UpdateTableRequest.class);
        return once.answer(call, changed -> withTag(update(changed, call.table(), request)), done -> withTag(asItBecame(done)));
    }

    /**
     * Iceberg's handler makes the end of a transaction that creates a table; for all others it would look at the log first.
     */
    private static LoadTableResponse update(ObjectStoreCatalog changed, TableIdentifier table, UpdateTableRequest request)
    {
        if (request.requirements().stream().anyMatch(UpdateRequirement.AssertTableDoesNotExist.class::isInstance)) {
            return CatalogHandlers.updateTable(changed, table, request);
        }
        return response(changed.updateTable(new TableChange(table, request.requirements(), request.updates())), SnapshotMode.ALL);
    }

    private Answer register(Call call)
    {
        RegisterTableRequest request = call.body(RegisterTableRequest.class);
        return added(call, request.name(), changed -> CatalogHandlers.registerTable(changed, call.namespace(), request));
    }

    private Answer added(Call call, String name, Function<ObjectStoreCatalog, LoadTableResponse> change)
    {
        TableIdentifier table = TableIdentifier.of(call.namespace(), name);
        return once.answer(call, changed -> added(call, table, change.apply(changed)), done -> added(call, table, asItBecame(done)));
    }

    /**
     * What was done is told, whatever becomes of credentials.
     */
    private Answer added(Call call, TableIdentifier name, LoadTableResponse table)
    {
        try {
            return loaded(call, name, table, etag(table.metadataLocation(), SnapshotMode.ALL));
        }
        catch (ServiceFailureException | IllegalArgumentException e) {
            log.warn(e, "table=%s: its credentials are missing in the answer", name);
            return withTag(table);
        }
    }

    private static Answer withTag(LoadTableResponse table)
    {
        return Answer.withTag(table, etag(table.metadataLocation(), SnapshotMode.ALL));
    }

    /**
     * Without a tag when there are credentials in it: they end before the table changes.
     */
    private Answer loaded(Call call, TableIdentifier name, LoadTableResponse table, String etag)
    {
        return sendsCredentials(call) ? Answer.of(withCredentials(call, name, table)) : Answer.withTag(table, etag);
    }

    private boolean sendsCredentials(Call call)
    {
        return call.wantsCredentials() && credentials.isPresent();
    }

    private LoadTableResponse withCredentials(Call call, TableIdentifier name, LoadTableResponse table)
    {
        Optional<Map<String, String>> secrets = call.wantsCredentials() ? secrets(call, table.tableMetadata()) : Optional.empty();
        if (secrets.isEmpty()) {
            return table;
        }
        return LoadTableResponse.builder()
                .withTableMetadata(table.tableMetadata())
                .addAllConfig(table.config())
                .addAllConfig(secrets.orElseThrow())
                .addConfig(REFRESH_ENDPOINT, refreshEndpoint(call, name))
                .addCredential(credential(secrets.orElseThrow()))
                .build();
    }

    private Answer tableCredentials(Call call)
    {
        TableMetadata metadata = ((HasTableOperations) reading.loadTable(call.table())).operations().current();
        return Answer.of(ImmutableLoadCredentialsResponse.builder().addAllCredentials(secrets(call, metadata).map(TableRoutes::credential).stream().toList()).build());
    }

    private Optional<Map<String, String>> secrets(Call call, TableMetadata table)
    {
        return credentials.flatMap(vendor -> vendor.of(table, call.principal().name(), call.principal().mayChange() && call.prefix().isEmpty()));
    }

    private static Credential credential(Map<String, String> secrets)
    {
        return ImmutableCredential.builder().prefix(ALL_OF_S3).putAllConfig(secrets).build();
    }

    /**
     * Relative to the address of the catalog.
     */
    private static String refreshEndpoint(Call call, TableIdentifier name)
    {
        return "v1/%snamespaces/%s/tables/%s/credentials".formatted(
                call.prefix().map(prefix -> prefix.text() + "/").orElse(""),
                RESTUtil.encodeNamespace(name.namespace(), RESTCatalogProperties.NAMESPACE_SEPARATOR_DEFAULT),
                RESTUtil.encodeString(name.name()));
    }

    private LoadTableResponse asItBecame(CatalogCommitResult done)
    {
        String location = done.changes().stream().map(ObjectChange.class::cast).findFirst().flatMap(ObjectChange::after).orElseThrow();
        return LoadTableResponse.builder().withTableMetadata(TableMetadataParser.read(catalog.io(), location)).build();
    }

    private Answer drop(Call call)
    {
        boolean purge = call.parameter("purgeRequested").map(Boolean::parseBoolean).orElse(false);
        return once.answer(
                call,
                changed -> {
                    if (purge) {
                        CatalogHandlers.purgeTable(changed, call.table());
                    }
                    else {
                        CatalogHandlers.dropTable(changed, call.table());
                    }
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
                    CatalogHandlers.renameTable(changed, request);
                    return Answer.NO_CONTENT;
                },
                _ -> Answer.NO_CONTENT);
    }

    private Answer report(Call call)
    {
        reports.reported(switch (call.body(ReportMetricsRequest.class).reportType()) {
            case SCAN_REPORT -> "scan";
            case COMMIT_REPORT -> "commit";
            case UNKNOWN -> "unknown";
        });
        return Answer.NO_CONTENT;
    }

    /**
     * One record of the log for all tables, where Iceberg's own adapter commits one table after the other.
     */
    private Answer commitTransaction(Call call)
    {
        List<TableCommit> commits = call.body(CommitTransactionRequest.class).tableChanges().stream().<TableCommit>map(TableChange::of).toList();
        if (call.key().isPresent()) {
            catalog.commitTransaction(call.key().orElseThrow().id(), call.key().orElseThrow().digest(), commits);
        }
        else {
            catalog.commitTransaction(commits);
        }
        return Answer.NO_CONTENT;
    }

    private record TableChange(TableIdentifier identifier, List<UpdateRequirement> requirements, List<MetadataUpdate> updates)
            implements TableCommit
    {
        private static TableChange of(UpdateTableRequest request)
        {
            if (request.identifier() == null) {
                throw new BadRequestException("Cannot commit transaction: a change has no identifier");
            }
            return new TableChange(request.identifier(), request.requirements(), request.updates());
        }
    }
}
