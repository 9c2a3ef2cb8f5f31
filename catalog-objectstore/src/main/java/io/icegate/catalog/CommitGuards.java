package io.icegate.catalog;

import io.icegate.guard.CommitGuard;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks all commit guards of this process in turn. Fails closed: a guarded table cannot be committed without a guard.
 */
final class CommitGuards
{
    private final List<CommitGuard> guards;

    CommitGuards(List<CommitGuard> guards)
    {
        this.guards = List.copyOf(guards);
    }

    /**
     * The guards on the class path of the catalog.
     */
    static CommitGuards load()
    {
        return new CommitGuards(ServiceLoader.load(CommitGuard.class, CommitGuards.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * @throws ValidationException when the commit breaks a rule, or this process has no guard that could tell
     */
    TableMetadata check(@Nullable TableMetadata base, TableMetadata next)
    {
        boolean guarded = isGuarded(next) || (base != null && isGuarded(base));
        if (guarded && guards.isEmpty()) {
            throw new ValidationException(
                    "Cannot commit to table at %s: it has the property %s, and no commit guard is on the class path of this process",
                    next.location(),
                    CommitGuard.GUARDED_PROPERTY);
        }
        TableMetadata checked = next;
        for (CommitGuard guard : guards) {
            checked = guard.check(base, checked);
        }
        return checked;
    }

    /**
     * Makes sure that the metadata came from {@link #check}.
     */
    void verifyChecked(@Nullable TableMetadata base, TableMetadata next)
    {
        Map<String, String> guarded = check(base, next).properties();
        Set<String> names = new TreeSet<>(guarded.keySet());
        names.addAll(next.properties().keySet());
        for (String name : names) {
            if (!Objects.equals(guarded.get(name), next.properties().get(name))) {
                throw new ValidationException("Cannot commit to table at %s: its metadata was not guarded, property %s must be %s", next.location(), name, guarded.get(name));
            }
        }
    }

    private static boolean isGuarded(TableMetadata metadata)
    {
        return metadata.properties().containsKey(CommitGuard.GUARDED_PROPERTY);
    }
}
