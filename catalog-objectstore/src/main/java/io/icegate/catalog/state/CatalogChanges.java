package io.icegate.catalog.state;

import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

import static io.icegate.catalog.state.ObjectKind.TABLE;
import static io.icegate.catalog.state.ObjectKind.VIEW;

/**
 * Says what each operation of the catalog does to its state. These are pure functions; the log may run them many times. The
 * words of the exceptions are Iceberg's.
 */
public final class CatalogChanges
{
    private CatalogChanges() {}

    public static List<CatalogChange> createNamespace(CatalogState state, Namespace namespace, Map<String, String> properties)
    {
        if (state.namespaceExists(namespace)) {
            throw new AlreadyExistsException("Cannot create namespace %s. Namespace already exists", namespace);
        }
        return List.of(new NamespaceChange(namespace, Optional.of(properties)));
    }

    public static List<CatalogChange> dropNamespace(CatalogState state, Namespace namespace)
    {
        if (!state.namespaceExists(namespace)) {
            return List.of();
        }
        long children = state.namespaces().stream().filter(other -> other.length() > namespace.length() && isInside(other, namespace)).count();
        verifyNone(namespace, children, "child namespace");
        verifyNone(namespace, state.tables(namespace).size(), "table");
        verifyNone(namespace, state.views(namespace).size(), "view");
        return List.of(new NamespaceChange(namespace, Optional.empty()));
    }

    private static void verifyNone(Namespace namespace, long count, String what)
    {
        if (count > 0) {
            throw new NamespaceNotEmptyException("Namespace %s is not empty. Contains %d %s(s).", namespace, count, what);
        }
    }

    /**
     * True for the namespace itself too.
     */
    public static boolean isInside(Namespace namespace, Namespace ancestor)
    {
        if (namespace.length() < ancestor.length()) {
            return false;
        }
        for (int i = 0; i < ancestor.length(); i++) {
            if (!namespace.level(i).equals(ancestor.level(i))) {
                return false;
            }
        }
        return true;
    }

    public static List<CatalogChange> editNamespace(CatalogState state, Namespace namespace, UnaryOperator<Map<String, String>> edit)
    {
        verifyNamespace(state, namespace);
        Map<String, String> before = state.properties(namespace);
        Map<String, String> after = edit.apply(new HashMap<>(before));
        return after.equals(before) ? List.of() : List.of(new NamespaceChange(namespace, Optional.of(after)));
    }

    public static void verifyNamespace(CatalogState state, Namespace namespace)
    {
        if (!state.namespaceExists(namespace)) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", namespace);
        }
    }

    /**
     * Creates a table or view, or moves it from one metadata file to the next.
     *
     * @param before empty to create
     */
    public static List<CatalogChange> put(CatalogState state, TableIdentifier identifier, CatalogObject after, Optional<String> before)
    {
        ObjectKind kind = after.kind();
        Optional<CatalogObject> present = state.object(identifier);
        if (before.isEmpty() && !identifier.namespace().isEmpty() && !state.namespaceExists(identifier.namespace())) {
            throw new NoSuchNamespaceException("Cannot create %s %s. Namespace does not exist: %s", kind.text(), identifier, identifier.namespace());
        }
        if (present.filter(object -> object.kind() != kind).isPresent()) {
            throw new AlreadyExistsException("%s with same name already exists: %s", label(kind == TABLE ? VIEW : TABLE), identifier);
        }
        Optional<String> current = present.map(CatalogObject::metadataLocation);
        if (!current.equals(before)) {
            if (before.isEmpty()) {
                throw new AlreadyExistsException("%s already exists: %s", label(kind), identifier);
            }
            if (current.isEmpty()) {
                throw missing(kind, "%s does not exist: %s".formatted(label(kind), identifier));
            }
            throw new CommitFailedException(
                    "Cannot commit to %s %s metadata location from %s to %s because it has been concurrently modified to %s",
                    kind.text(),
                    identifier,
                    before.orElseThrow(),
                    after.metadataLocation(),
                    current.orElseThrow());
        }
        if (present.filter(object -> !object.uuid().equals(after.uuid())).isPresent()) {
            throw new CommitFailedException("Cannot commit to %s %s: its UUID would change from %s to %s", kind.text(), identifier, present.orElseThrow().uuid(), after.uuid());
        }
        return List.of(new ObjectChange(identifier, kind, after.uuid(), before, Optional.of(after.metadataLocation()), folders(identifier, present, after)));
    }

    /**
     * A table that moves keeps the folders that it had: files of it are still there.
     */
    private static Set<String> folders(TableIdentifier identifier, Optional<CatalogObject> present, CatalogObject after)
    {
        Folders before = present.map(object -> Folders.of(object.folders())).orElse(Folders.NONE);
        try {
            return before.with(Folders.of(after.folders())).paths();
        }
        catch (IllegalArgumentException e) {
            throw new ValidationException(e, "Cannot commit to %s %s: it was moved too often: %s", after.kind().text(), identifier, e.getMessage());
        }
    }

    public static List<CatalogChange> drop(CatalogState state, TableIdentifier identifier, ObjectKind kind)
    {
        return state.object(identifier, kind)
                .map(object -> List.<CatalogChange>of(drop(identifier, object)))
                .orElse(List.of());
    }

    private static ObjectChange drop(TableIdentifier identifier, CatalogObject object)
    {
        return new ObjectChange(identifier, object.kind(), object.uuid(), Optional.of(object.metadataLocation()), Optional.empty(), Set.of());
    }

    public static List<CatalogChange> rename(CatalogState state, TableIdentifier from, TableIdentifier to, ObjectKind kind)
    {
        if (!to.namespace().isEmpty() && !state.namespaceExists(to.namespace())) {
            throw new NoSuchNamespaceException("Cannot rename %s to %s. Namespace does not exist: %s", from, to, to.namespace());
        }
        CatalogObject object = state.object(from, kind)
                .orElseThrow(() -> missing(kind, "Cannot rename %s to %s. %s does not exist: %s".formatted(from, to, label(kind), from)));
        state.object(to).ifPresent(taken -> {
            throw new AlreadyExistsException("Cannot rename %s to %s. %s already exists", from, to, label(taken.kind()));
        });
        return List.of(drop(from, object), new ObjectChange(to, kind, object.uuid(), Optional.empty(), Optional.of(object.metadataLocation()), object.folders()));
    }

    public static RuntimeException missing(ObjectKind kind, String message)
    {
        return switch (kind) {
            case TABLE -> new NoSuchTableException("%s", message);
            case VIEW -> new NoSuchViewException("%s", message);
        };
    }

    public static String label(ObjectKind kind)
    {
        return switch (kind) {
            case TABLE -> "Table";
            case VIEW -> "View";
        };
    }

    public static UUID uuid(ObjectKind kind, String location, String uuid)
    {
        try {
            return UUID.fromString(uuid);
        }
        catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Cannot add the %s at %s: '%s' is not a UUID".formatted(kind.text(), location, uuid), e);
        }
    }
}
