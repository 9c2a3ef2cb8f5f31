package io.icegate.rest.protocol;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.rest.protocol.LiveTables.LiveTable;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Scan;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.PlanStatus;
import org.apache.iceberg.rest.requests.FetchScanTasksRequest;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.apache.iceberg.rest.responses.FetchScanTasksResponse;
import org.apache.iceberg.rest.responses.PlanTableScanResponse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * Plans scans for clients that cannot read manifests, or should not. A plan is made while its client waits, and its answer is
 * complete, so there is nothing to ask for later or to cancel. A plan of more files than fit in one answer consists of
 * {@link PlanTask}s. Iceberg's handlers keep plans in the memory of one server until they are cancelled, so only their shape is taken.
 */
final class ScanRoutes
{
    /**
     * Files of one answer; parts of a longer plan have about as many.
     */
    static final int FILES_MAX = 2_000;
    /**
     * Plans that are made at the same time; each holds about {@value #FILES_MAX} files in memory. Others wait a little, then get 429.
     */
    static final int PLANS_MAX = 8;
    private static final Duration TURN_WAIT_MAX = Duration.ofSeconds(5);
    private static final int PLAN_ID_BYTES = 16;
    /**
     * Of the process, whatever states of the catalog it plans for.
     */
    private static final Semaphore TURNS = new Semaphore(PLANS_MAX, true);

    private final ObjectStoreCatalog reading;
    private final LiveTables live;

    ScanRoutes(ObjectStoreCatalog reading, LiveTables live)
    {
        this.reading = requireNonNull(reading, "reading is null");
        this.live = requireNonNull(live, "live is null");
    }

    List<Route> routes()
    {
        return List.of(
                Route.reading(Endpoint.V1_SUBMIT_TABLE_SCAN_PLAN, call -> inTurn(() -> plan(call))),
                Route.reading(Endpoint.V1_FETCH_TABLE_SCAN_PLAN_TASKS, call -> inTurn(() -> part(call))));
    }

    private Answer inTurn(Supplier<Answer> answer)
    {
        try {
            if (!TURNS.tryAcquire(TURN_WAIT_MAX.toNanos(), NANOSECONDS)) {
                throw Admission.busy();
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Admission.busy();
        }
        try {
            return answer.get();
        }
        finally {
            TURNS.release();
        }
    }

    @SuppressWarnings("deprecation") // Iceberg means to keep it for its own use, and does not write an answer without it
    private Answer plan(Call call)
    {
        Table table = table(call);
        PlanTableScanRequest request = pinned(table, call.body(PlanTableScanRequest.class));
        PlanTableScanResponse.Builder answer = PlanTableScanResponse.builder()
                .withPlanStatus(PlanStatus.COMPLETED)
                .withPlanId(planId(table, request))
                .withSpecsById(table.specs());
        List<FileScanTask> files = new ArrayList<>();
        int count = 0;
        try (CloseableIterable<? extends FileScanTask> planned = files(table, request)) {
            for (FileScanTask file : planned) {
                count++;
                if (count <= FILES_MAX) {
                    files.add(file);
                }
                else {
                    files.clear();
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (count > FILES_MAX) {
            return Answer.of(answer.withPlanTasks(PlanTask.texts(table.uuid(), request, Math.ceilDiv(count, FILES_MAX))).build());
        }
        return Answer.of(answer.withFileScanTasks(files).build());
    }

    @SuppressWarnings("deprecation") // as above
    private Answer part(Call call)
    {
        PlanTask task = PlanTask.parse(call.body(FetchScanTasksRequest.class).planTask());
        Table table = table(call);
        if (!table.uuid().equals(task.table())) {
            throw new NoSuchPlanTaskException("Plan task does not exist: it is one of another table");
        }
        PlanTableScanRequest request = task.request();
        @SuppressWarnings("unboxing") // a plan task names its snapshot
        long snapshot = request.snapshotId() == null ? request.endSnapshotId() : request.snapshotId();
        if (table.snapshot(snapshot) == null) {
            throw new NoSuchPlanTaskException("Plan task does not exist: snapshot %s is no longer there, plan again", snapshot);
        }
        List<FileScanTask> files = new ArrayList<>();
        try (CloseableIterable<? extends FileScanTask> planned = files(table, request)) {
            planned.forEach(file -> {
                if (task.contains(file)) {
                    files.add(file);
                }
            });
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Answer.of(FetchScanTasksResponse.builder().withFileScanTasks(files).withSpecsById(table.specs()).build());
    }

    private Table table(Call call)
    {
        Optional<LiveTable> table = call.live() ? live.find(call.table()) : Optional.empty();
        return table.<Table>map(found -> new BaseTable(new StaticTableOperations(found.metadata(), reading.io()), call.table().toString()))
                .orElseGet(() -> reading.loadTable(call.table()));
    }

    /**
     * The same request for the snapshot that is the newest now.
     */
    private static PlanTableScanRequest pinned(Table table, PlanTableScanRequest request)
    {
        Snapshot current = table.currentSnapshot();
        if (request.snapshotId() != null || request.endSnapshotId() != null || current == null) {
            return request;
        }
        return PlanTableScanRequest.builder()
                .withSnapshotId(current.snapshotId())
                .withSelect(request.select())
                .withFilter(request.filter())
                .withCaseSensitive(request.caseSensitive())
                .withStatsFields(request.statsFields())
                .withMinRowsRequested(request.minRowsRequested())
                .build();
    }

    private static CloseableIterable<? extends FileScanTask> files(Table table, PlanTableScanRequest request)
    {
        if (request.startSnapshotId() != null) {
            return configured(table.newIncrementalAppendScan().fromSnapshotExclusive(request.startSnapshotId()).toSnapshot(request.endSnapshotId()), request).planFiles();
        }
        TableScan scan = table.newScan();
        return configured(request.snapshotId() == null ? scan : scan.useSnapshot(request.snapshotId()), request).planFiles();
    }

    /**
     * How many rows the client wants is left aside: it may be answered more, and rows that a filter or a delete takes away are not known.
     */
    private static <T extends Scan<T, FileScanTask, ?>> T configured(T scan, PlanTableScanRequest request)
    {
        T configured = scan.caseSensitive(request.caseSensitive());
        if (request.select() != null) {
            configured = configured.select(request.select());
        }
        if (request.filter() != null) {
            configured = configured.filter(request.filter());
        }
        if (request.statsFields() != null) {
            configured = configured.includeColumnStats(request.statsFields());
        }
        return configured;
    }

    /**
     * The protocol demands one; nothing is kept under it.
     */
    private static String planId(Table table, PlanTableScanRequest request)
    {
        byte[] digest = RequestKey.sha256().digest((table.uuid() + "\n" + new String(RestJson.write(request), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, PLAN_ID_BYTES);
    }
}
