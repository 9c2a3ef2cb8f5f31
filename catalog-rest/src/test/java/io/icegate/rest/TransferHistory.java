package io.icegate.rest;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.log.ArchivedLog;
import io.icegate.catalog.log.CatalogFormat;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients that change two tables in one transaction, change one table, and append to one; some through servers, some in this process.
 * Each change leaves its id behind, and afterwards what the clients were told is held against the log.
 *
 * <p>H1 what was acknowledged is in the log exactly once; H2 what was refused is not; H3 the log has no gaps and can be replayed; H4
 * nobody sees half of a transaction, and the log holds none; H5 nobody misses what was acknowledged before he asked; H6 what is unknown
 * is there once or not at all; H7 the log holds nothing that nobody asked for.
 */
final class TransferHistory
{
    private static final Namespace NAMESPACE = Namespace.of("bank");
    private static final TableIdentifier LEFT = TableIdentifier.of(NAMESPACE, "left");
    private static final TableIdentifier RIGHT = TableIdentifier.of(NAMESPACE, "right");
    private static final TableIdentifier APPENDED = TableIdentifier.of(NAMESPACE, "appended");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    /**
     * Of what changes two tables; they are equal in both of them, in every state.
     */
    private static final String BOTH = "both.";
    private static final String ONE = "one.";
    private static final Pattern LOCATION = Pattern.compile("s3://[^/]+/(.+)");
    private static final Duration REQUEST_MAX = Duration.ofSeconds(60);
    private static final int SENT_MAX = 100;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();

    private enum Outcome
    {
        ACKNOWLEDGED,
        REFUSED,
        UNKNOWN,
    }

    /**
     * @param unknownThere how many of the unknown ones are in the log
     * @param repeated requests with a key that were sent more than once
     */
    record Report(int records, long acknowledged, long refused, long unknown, long unknownThere, int repeated, int reads, List<String> findings)
    {
        boolean isClean()
        {
            return findings.isEmpty();
        }
    }

    /**
     * @return the version after which the history begins
     */
    static long create(ObjectStoreCatalog catalog)
    {
        catalog.createNamespace(NAMESPACE);
        List.of(LEFT, RIGHT, APPENDED).forEach(table -> catalog.createTable(table, SCHEMA));
        return catalog.state().version();
    }

    long acknowledgedBy(String writer)
    {
        return outcomes.entrySet().stream().filter(each -> each.getValue() == Outcome.ACKNOWLEDGED && each.getKey().startsWith(writer + "-")).count();
    }

    /**
     * Requests with a key that were sent more than once.
     */
    int repeatedCount()
    {
        return repeated.get();
    }

    void write(String name, ObjectStoreCatalog catalog, BooleanSupplier over)
    {
        // its contract: every other exception means that nothing happened
        write(name, catalog, catalog::commitTransaction, failure -> failure instanceof CommitStateUnknownException ? Outcome.UNKNOWN : Outcome.REFUSED, over);
    }

    void write(String name, RESTCatalog catalog, BooleanSupplier over)
    {
        // whatever Iceberg's client makes of a server that dies
        write(name, catalog, catalog::commitTransaction, failure -> failure instanceof CommitFailedException || failure instanceof ValidationException || failure instanceof BadRequestException ? Outcome.REFUSED : Outcome.UNKNOWN, over);
    }

    private void write(String name, Catalog catalog, Consumer<List<TableCommit>> transactions, Function<RuntimeException, Outcome> judge, BooleanSupplier over)
    {
        for (int i = 0; !over.getAsBoolean(); i++) {
            String id = name + "-" + i;
            Runnable commit;
            try {
                commit = switch (i % 3) {
                    case 0 -> {
                        List<TableCommit> changes = List.of(change(catalog, LEFT, id), change(catalog, RIGHT, id));
                        yield () -> transactions.accept(changes);
                    }
                    case 1 -> catalog.loadTable(RIGHT).updateProperties().set(ONE + id, "1")::commit;
                    default -> append(catalog.loadTable(APPENDED), id);
                };
            }
            catch (RuntimeException _) {
                LockSupport.parkNanos(PAUSE.toNanos()); // nothing was sent
                continue;
            }
            try {
                commit.run();
                outcomes.put(id, Outcome.ACKNOWLEDGED);
            }
            catch (RuntimeException e) {
                outcomes.put(id, judge.apply(e));
            }
        }
    }

    private static TableCommit change(Catalog catalog, TableIdentifier table, String id)
    {
        TableMetadata base = ((BaseTable) catalog.loadTable(table)).operations().current();
        return TableCommit.create(table, base, TableMetadata.buildFrom(base).setProperties(Map.of(BOTH + id, "1")).build());
    }

    private static Runnable append(Table table, String id)
    {
        return table.newFastAppend()
                .appendFile(DataFiles.builder(PartitionSpec.unpartitioned()).withPath(table.location() + "/data/" + id + ".parquet").withFileSizeInBytes(1000).withRecordCount(1).build())
                .set(ONE + id, "1")::commit;
    }

    /**
     * Sends each request with a key of its own, again and again until an answer is clear, to one server after the other. Of half of them
     * the first answer is not listened to.
     */
    void writeWithKeys(String name, List<Supplier<String>> servers, BooleanSupplier over)
    {
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(REQUEST_MAX).build()) {
            for (int i = 0; !over.getAsBoolean(); i++) {
                String id = name + "-" + i;
                outcomes.put(id, send(http, servers, i, i % 4 >= 2, request(i, id), Optional.of(UUID.randomUUID().toString())));
            }
        }
    }

    private record Request(String path, String body) {}

    private static Request request(int number, String id)
    {
        if (number % 2 == 0) {
            String change = "{\"identifier\": {\"namespace\": [\"bank\"], \"name\": \"%s\"}, \"requirements\": [], \"updates\": [{\"action\": \"set-properties\", \"updates\": {\"%s\": \"1\"}}]}";
            return new Request("/v1/transactions/commit", "{\"table-changes\": [%s, %s]}".formatted(change.formatted("left", BOTH + id), change.formatted("right", BOTH + id)));
        }
        return new Request("/v1/namespaces/bank/tables/right", "{\"requirements\": [], \"updates\": [{\"action\": \"set-properties\", \"updates\": {\"%s\": \"1\"}}]}".formatted(ONE + id));
    }

    private Outcome send(HttpClient http, List<Supplier<String>> servers, int first, boolean firstAnswerIsLost, Request request, Optional<String> key)
    {
        for (int sent = 0; sent < SENT_MAX; sent++) {
            if (sent == 1) {
                repeated.incrementAndGet();
            }
            try {
                int status = post(http, servers.get((first + sent) % servers.size()).get(), request, key);
                if (sent == 0 && firstAnswerIsLost) {
                    continue;
                }
                if (status / 100 == 2) {
                    return Outcome.ACKNOWLEDGED;
                }
                if (status / 100 == 4 && status != 429) {
                    // an earlier attempt may still be on its way to the store
                    return sent == 0 ? Outcome.REFUSED : Outcome.UNKNOWN;
                }
            }
            catch (IOException _) {
                // again
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return Outcome.UNKNOWN;
    }

    private static int post(HttpClient http, String server, Request request, Optional<String> key)
            throws IOException
    {
        HttpRequest.Builder post = HttpRequest.newBuilder(URI.create(server + request.path())).timeout(REQUEST_MAX).POST(HttpRequest.BodyPublishers.ofString(request.body()));
        key.ifPresent(value -> post.header("Idempotency-Key", value));
        try {
            return http.send(post.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /**
     * Sends one request twice, as who did not hear the first answer, and hears the second.
     */
    void writeTwice(String id, String server, Optional<String> key)
    {
        try (HttpClient http = HttpClient.newHttpClient()) {
            outcomes.put(id, send(http, List.of(() -> server), 0, true, request(0, id), key));
        }
    }

    void readStates(ObjectStoreCatalog catalog, BooleanSupplier over)
    {
        long newest = 0;
        while (!over.getAsBoolean()) {
            Set<String> before = acknowledgedTransfers();
            Set<String> left;
            Set<String> right;
            CatalogState state;
            try {
                state = catalog.state();
                left = marks(catalog.loadTable(LEFT, state).properties(), BOTH);
                right = marks(catalog.loadTable(RIGHT, state).properties(), BOTH);
            }
            catch (RuntimeIOException | NotFoundException _) {
                continue; // the store failed too often in a row, or it took so long that the state was collected
            }
            if (state.version() < newest) {
                findings.add("H5: version %s after %s".formatted(state.version(), newest));
            }
            newest = state.version();
            if (!left.equals(right)) {
                findings.add("H4: version %s holds half of a transaction".formatted(state.version()));
            }
            if (!left.containsAll(before)) {
                findings.add("H5: version %s misses what was acknowledged before".formatted(state.version()));
            }
            reads.incrementAndGet();
        }
    }

    void readTable(RESTCatalog catalog, BooleanSupplier over)
    {
        while (!over.getAsBoolean()) {
            Set<String> before = acknowledgedTransfers();
            Set<String> seen;
            try {
                seen = marks(catalog.loadTable(LEFT).properties(), BOTH);
            }
            catch (NoSuchTableException e) {
                findings.add("H5: a server does not know the table: " + e.getMessage());
                return;
            }
            catch (RuntimeException _) {
                LockSupport.parkNanos(PAUSE.toNanos()); // the server is dead, or cannot reach its store
                continue;
            }
            if (!seen.containsAll(before)) {
                findings.add("H5: a client of a server misses what was acknowledged before");
            }
            reads.incrementAndGet();
        }
    }

    private Set<String> acknowledgedTransfers()
    {
        Set<String> acknowledged = new HashSet<>();
        outcomes.forEach((id, outcome) -> {
            if (outcome == Outcome.ACKNOWLEDGED && isTransfer(id)) {
                acknowledged.add(BOTH + id);
            }
        });
        return acknowledged;
    }

    private static boolean isTransfer(String id)
    {
        int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
        return number % (id.startsWith("key") ? 2 : 3) == 0;
    }

    private static Set<String> marks(Map<String, String> properties, String prefix)
    {
        Set<String> found = new HashSet<>();
        properties.keySet().stream().filter(key -> key.startsWith(prefix)).forEach(found::add);
        return found;
    }

    /**
     * To be asked when everybody has ended.
     *
     * @param after the version after which the history began
     */
    Report check(ArchivedLog log, long after)
    {
        List<CatalogRecord> records = log.records();
        Map<TableIdentifier, Set<String>> known = new HashMap<>();
        Map<String, Integer> committed = new HashMap<>();
        CatalogState state = CatalogState.empty();
        for (CatalogRecord record : records) {
            List<CatalogTransaction> effective;
            try {
                effective = state.effective(record);
                state = state.replay(record, CatalogFormat.IDEMPOTENCY_WINDOW);
            }
            catch (IllegalStateException e) {
                findings.add("H3: the log cannot be replayed: " + e.getMessage());
                break;
            }
            for (CatalogTransaction transaction : effective) {
                List<Set<String>> added = added(log, transaction, known);
                if (record.version() > after) {
                    checkTransaction(record.version(), added).ifPresent(mark -> committed.merge(mark, 1, Integer::sum));
                }
            }
        }
        long unknownThere = 0;
        for (Map.Entry<String, Outcome> outcome : outcomes.entrySet()) {
            int count = committed.getOrDefault((isTransfer(outcome.getKey()) ? BOTH : ONE) + outcome.getKey(), 0);
            switch (outcome.getValue()) {
                case ACKNOWLEDGED -> {
                    if (count != 1) {
                        findings.add("H1: %s was acknowledged and is there %s times".formatted(outcome.getKey(), count));
                    }
                }
                case REFUSED -> {
                    if (count != 0) {
                        findings.add("H2: %s was refused and is there".formatted(outcome.getKey()));
                    }
                }
                case UNKNOWN -> {
                    unknownThere += count;
                    if (count > 1) {
                        findings.add("H6: %s is there %s times".formatted(outcome.getKey(), count));
                    }
                }
            }
        }
        return new Report(records.size(), count(Outcome.ACKNOWLEDGED), count(Outcome.REFUSED), count(Outcome.UNKNOWN), unknownThere, repeated.get(), reads.get(), List.copyOf(findings));
    }

    private long count(Outcome outcome)
    {
        return outcomes.values().stream().filter(each -> each == outcome).count();
    }

    /**
     * The one mark of a transaction.
     */
    private Optional<String> checkTransaction(long version, List<Set<String>> added)
    {
        Set<String> marks = new HashSet<>();
        added.forEach(marks::addAll);
        if (marks.size() != 1) {
            findings.add("H7: a transaction of version %s brings %s".formatted(version, marks));
            return Optional.empty();
        }
        String mark = marks.iterator().next();
        if (!added.equals(Collections.nCopies(mark.startsWith(BOTH) ? 2 : 1, marks))) {
            findings.add("H4: version %s holds half of %s".formatted(version, mark));
        }
        return Optional.of(mark);
    }

    /**
     * What the transaction brought, per table.
     *
     * @param known marks of each table before, and after
     */
    private static List<Set<String>> added(ArchivedLog log, CatalogTransaction transaction, Map<TableIdentifier, Set<String>> known)
    {
        List<Set<String>> perTable = new ArrayList<>();
        transaction.changes().stream()
                .filter(ObjectChange.class::isInstance)
                .map(ObjectChange.class::cast)
                .forEach(change -> {
                    Set<String> marks = marks(log, change.after().orElseThrow());
                    Set<String> added = new HashSet<>(marks);
                    added.removeAll(known.getOrDefault(change.identifier(), Set.of()));
                    perTable.add(added);
                    known.put(change.identifier(), marks);
                });
        return perTable;
    }

    private static Set<String> marks(ArchivedLog log, String location)
    {
        Matcher matcher = LOCATION.matcher(location);
        if (!matcher.matches()) {
            throw new AssertionError("not in the bucket: " + location);
        }
        TableMetadata metadata = TableMetadataParser.fromJson(location, new String(log.object(matcher.group(1)), StandardCharsets.UTF_8));
        Set<String> marks = marks(metadata.properties(), BOTH);
        marks.addAll(marks(metadata.properties(), ONE));
        metadata.snapshots().forEach(snapshot -> marks.addAll(marks(snapshot.summary(), ONE)));
        return marks;
    }
}
