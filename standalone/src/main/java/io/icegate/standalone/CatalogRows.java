package io.icegate.standalone;

import io.icegate.catalog.state.CatalogChange;
import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogCommit;
import io.icegate.catalog.state.CatalogObject;
import io.icegate.catalog.state.CatalogState;
import io.icegate.catalog.state.CatalogTransaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a catalog holds and what happened to it, as rows to be printed.
 */
final class CatalogRows
{
    static final List<String> LOG_COLUMNS = List.of("version", "time", "by", "what", "kind", "name", "metadata");
    static final List<String> STATE_COLUMNS = List.of("kind", "name", "uuid", "metadata");
    static final List<String> DIFFERENCE_COLUMNS = List.of("what", "kind", "name", "before", "after");
    private static final String NAMESPACE = "namespace";

    private CatalogRows() {}

    /**
     * A row for each change of a commit, of names that are wanted. A rename is one row.
     */
    static List<List<@Nullable Object>> log(CatalogCommit commit, Predicate<String> wanted)
    {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (CatalogTransaction transaction : commit.transactions()) {
            Map<UUID, TableIdentifier> dropped = objects(transaction).filter(change -> change.after().isEmpty()).collect(Collectors.toMap(ObjectChange::uuid, ObjectChange::identifier));
            Map<UUID, TableIdentifier> created = objects(transaction).filter(change -> change.before().isEmpty()).collect(Collectors.toMap(ObjectChange::uuid, ObjectChange::identifier));
            for (CatalogChange change : transaction.changes()) {
                switch (change) {
                    case ObjectChange object -> {
                        String name = object.identifier().toString();
                        boolean isRename = dropped.containsKey(object.uuid()) && created.containsKey(object.uuid());
                        String what = isRename ? "renamed to " + created.get(object.uuid()) : what(object.before(), object.after());
                        boolean isOtherHalf = isRename && object.after().isPresent();
                        if (!isOtherHalf && (wanted.test(name) || isRename && wanted.test(String.valueOf(created.get(object.uuid()))))) {
                            rows.add(row(commit, what, object.kind().text(), name, object.after().or(object::before).orElseThrow()));
                        }
                    }
                    case NamespaceChange namespace -> {
                        String name = namespace.namespace().toString();
                        if (wanted.test(name)) {
                            rows.add(row(commit, namespace.properties().isPresent() ? "set" : "dropped", NAMESPACE, name, null));
                        }
                    }
                }
            }
        }
        return rows;
    }

    private static Stream<ObjectChange> objects(CatalogTransaction transaction)
    {
        return transaction.changes().stream().filter(ObjectChange.class::isInstance).map(ObjectChange.class::cast);
    }

    private static String what(Optional<String> before, Optional<String> after)
    {
        return before.isEmpty() ? "created" : after.isEmpty() ? "dropped" : "changed";
    }

    private static List<@Nullable Object> row(CatalogCommit commit, String what, String kind, String name, @Nullable String metadata)
    {
        List<@Nullable Object> row = new ArrayList<>(List.of(commit.version(), commit.timestamp(), commit.writer().toString(), what, kind, name));
        row.add(metadata);
        return row;
    }

    static List<List<@Nullable Object>> state(CatalogState state)
    {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Namespace namespace : state.namespaces()) {
            List<@Nullable Object> row = new ArrayList<>(List.of(NAMESPACE, namespace.toString()));
            row.add(null);
            row.add(null);
            rows.add(row);
        }
        objects(state).forEach((name, object) -> rows.add(List.of(object.kind().text(), name, object.uuid(), object.metadataLocation())));
        return rows;
    }

    static List<List<@Nullable Object>> differences(CatalogState from, CatalogState to)
    {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        Map<String, Map<String, String>> namespacesBefore = namespaces(from);
        Map<String, Map<String, String>> namespacesAfter = namespaces(to);
        union(namespacesBefore, namespacesAfter).forEach(name -> difference(rows, NAMESPACE, name, namespacesBefore.get(name), namespacesAfter.get(name)));
        Map<String, CatalogObject> before = objects(from);
        Map<String, CatalogObject> after = objects(to);
        union(before, after).forEach(name -> {
            @Nullable CatalogObject was = before.get(name);
            @Nullable CatalogObject is = after.get(name);
            if (was != null && is != null && was.uuid().equals(is.uuid())) {
                difference(rows, is.kind().text(), name, was.metadataLocation(), is.metadataLocation());
                return;
            }
            if (was != null) {
                difference(rows, was.kind().text(), name, was.metadataLocation(), null);
            }
            if (is != null) {
                // with a row before it: another one of the same name
                difference(rows, is.kind().text(), name, null, is.metadataLocation());
            }
        });
        return rows;
    }

    private static void difference(List<List<@Nullable Object>> rows, String kind, String name, @Nullable Object before, @Nullable Object after)
    {
        if (before == null || !before.equals(after)) {
            List<@Nullable Object> row = new ArrayList<>(List.of(before == null ? "created" : after == null ? "dropped" : "changed", kind, name));
            row.add(before);
            row.add(after);
            rows.add(row);
        }
    }

    private static List<String> union(Map<String, ?> before, Map<String, ?> after)
    {
        return Stream.concat(before.keySet().stream(), after.keySet().stream()).distinct().sorted().toList();
    }

    private static Map<String, Map<String, String>> namespaces(CatalogState state)
    {
        Map<String, Map<String, String>> found = new TreeMap<>();
        state.namespaces().forEach(namespace -> found.put(namespace.toString(), state.properties(namespace)));
        return found;
    }

    private static Map<String, CatalogObject> objects(CatalogState state)
    {
        Map<String, CatalogObject> found = new TreeMap<>();
        state.objects().forEach(inside -> inside.getValue().forEach(object -> found.put(TableIdentifier.of(inside.getKey(), object.getKey()).toString(), object.getValue())));
        return found;
    }
}
